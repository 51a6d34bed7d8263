// Imported for all files of the program; `DPTrain` does not export these modules.
@_exported import Formats
@_exported import Recording
