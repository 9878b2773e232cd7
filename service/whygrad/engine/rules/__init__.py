"""The rules, one a file; `ls` is the product. A file that begins with a code holds its rule."""
