"""The files of scripts: found, read without being run, named by rules, written, moved, checked."""
