"""xlsx and xlsm files: regular rows many at a time, everything else by expat."""
