"""The files of runs in the store that several hosts share: sent there, brought from there, and sent late."""
