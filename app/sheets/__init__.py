"""Spreadsheets into tables: inspect, plan, read, convert, load, prove. No Flask here."""
