extension BatchScript {
  /// The script for machines reached by ssh.
  var hosts: String {
    #"""
    #!/bin/bash
    # Trains on the machines of a list, reached by ssh without a password: bash FILE HOSTFILE
    # HOSTFILE has a line for each: NAME slots=RANKS. Program, data and run folder must have the same paths on all.
    # To stop, make a file named stop in the run folder. Started again, training resumes.
    set -euo pipefail
    hosts=${1:?a HOSTFILE is needed: a file with lines such as node1 slots=8}
    \#(surroundings)
    case $program in /*) ;; *) program=$PWD/$program ;; esac
    recipe=(\#(recipe))
    \#(runLines)

    # The program knows the mpirun of its MPI, and its options for machines and ranks.
    words=$("$program" launcher --hosts "$hosts") || exit $?
    mapfile -t start <<<"$words"
    exec "${start[@]}" "$program" \#(subcommand) "${recipe[@]}" --out "$run" \#(quotedOptions)--stall-abort 600

    """#
  }

  /// The lines that name the folder, with the same path on all machines.
  private var runLines: String {
    guard sweep == nil else { return "run=${DPTRAIN_RUN:-$PWD/\(out.shellQuoted)}" }
    return "name=\(name.shellQuoted)\nrun=${DPTRAIN_RUN:-$PWD/runs/$name}"
  }
}
