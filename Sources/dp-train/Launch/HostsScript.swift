extension BatchScript {
  /// The script for machines reached by ssh.
  var hosts: String {
    #"""
    #!/bin/bash
    # Trains on the machines of a list, reached by ssh without a password: bash FILE HOSTFILE
    # HOSTFILE has a line for each: NAME slots=RANKS. Program, data and run folder must have the same paths on all.
    # If a rank or a machine fails, training goes on from its newest checkpoint, on the machines that answer then; one that is
    # back joins at the next restart; a file named restart in the run folder asks for one. To stop, send SIGTERM to this script, or
    # make a file named stop in the run folder.
    # Started again, training resumes.
    set -euo pipefail
    hosts=${1:?a HOSTFILE is needed: a file with lines such as node1 slots=8}
    \#(surroundings)
    case $program in /*) ;; *) program=$PWD/$program ;; esac
    recipe=(\#(recipe))
    \#(runLines)

    \#(loop)
    words=(\#(subcommand) "${recipe[@]}" --out "$run" \#(quotedOptions)--stall-abort 600)
    # The program knows the mpirun of its MPI, its options for machines and ranks, and which machines answer. If none does after a
    # failure (68), such as while a switch is off, they are asked again, for an hour at most.
    choose_ranks() {
      local command status end=$((SECONDS + 3600)) errors=2
      while :; do
        status=0
        command=$("$program" launcher --hosts "$hosts" --answering ${cause:+--some} 2>&"$errors") || status=$?
        [ "$status" -eq 68 ] && [ "$asked" -eq 0 ] && [ "$SECONDS" -lt "$end" ] || break
        # It has said so once.
        [ "$errors" -ne 2 ] || exec {errors}>/dev/null
        pause 10
      done
      [ "$errors" -eq 2 ] || exec {errors}>&-
      [ "$asked" -eq 0 ] || return 75
      [ "$status" -eq 0 ] || return "$status"
      mapfile -t start <<<"$command"
      place="${start[-1]} ranks on $(sed -n '/^--*hosts*$/ { n; p; }' <<<"$command")"
    }
    status=0
    keep_training || status=$?
    exit "$status"

    """#
  }

  /// The lines that name the folder, with the same path on all machines.
  private var runLines: String {
    guard sweep == nil else { return "run=${DPTRAIN_RUN:-$PWD/\(out.shellQuoted)}" }
    return "name=\(name.shellQuoted)\nrun=${DPTRAIN_RUN:-$PWD/runs/$name}"
  }
}
