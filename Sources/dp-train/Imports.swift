// What all files of the program use besides DPTrain, which leaves it to the programs that train with it.
@_exported import Formats
@_exported import Recording
