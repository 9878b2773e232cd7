"""The only room that imports torch: it loads a program, runs it with probes and writes down what happened."""
