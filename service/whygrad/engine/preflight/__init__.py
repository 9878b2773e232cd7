"""What an uploaded file is, and whether torch may be given it: judged from its bytes alone, nothing in it is run.

This is no boundary, the sandbox is: a program can do harm that no reader sees. It gives a clear word early, and
keeps from torch's readers what they are known to break on.
"""
