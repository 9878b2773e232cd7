// The page that refreshes itself stands still while its box is not checked.
document.addEventListener("DOMContentLoaded", () => {
  const refreshing = document.getElementById("refreshing");
  refreshing.hidden = false;
  document.addEventListener("htmx:before:request", (event) => {
    if (!refreshing.control.checked) event.preventDefault();
  });
});
