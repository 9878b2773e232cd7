"""What an uploaded file is, and whether torch may be given it: judged from its bytes alone, nothing in it is run.

First the zip directory (one reading of it, no record over another, no two names that torch takes for one), then the
pickles (read by a reader that builds and calls nothing, with bounds; each storage held against its record, each tensor
against its storage), then the code (brackets, expressions and blocks that break torch's parser, calls that double when
they are put in line, operations that reach files or other processes). Weights are not read.

This is no boundary, the sandbox is: a program can do harm that no reader sees. It gives a clear word early, and
keeps what torch's readers are known to break on away from them. `make fuzz` looks for a file that is neither answered
nor refused.
"""
