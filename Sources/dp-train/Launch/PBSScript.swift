/// The schedulers whose qsub reads `#PBS` lines.
enum PBSDialect {
  /// OpenPBS and PBS Pro.
  case pro
  /// Torque.
  case torque
}

extension BatchScript {
  /// The script for qsub.
  func pbs(_ dialect: PBSDialect) -> String {
    func directive(_ option: String, _ value: String?, _ example: String) -> String {
      BatchScript.directive("PBS", option, value, example: example)
    }
    let (title, machines, memory, arrayOption, number) =
      switch dialect {
      case .pro:
        (
          "OpenPBS or PBS Pro",
          "-l select=\(nodes):ncpus=\(ranksPerNode):mpiprocs=\(ranksPerNode)"
            + (site.memory.map { ":mem=\($0)" } ?? ""),
          "# Memory of a machine goes to the line above: :mem=16gb", "-J ", "PBS_ARRAY_INDEX"
        )
      case .torque:
        (
          "Torque", "-l nodes=\(nodes):ppn=\(ranksPerNode)", directive("-l mem=", site.memory, "16gb"), "-t ",
          "PBS_ARRAYID"
        )
      }
    let other = dialect == .pro ? "torque" : "pbs"
    let start =
      ranks == 1
      ? "start=()"
      : """
      # The program knows the mpirun of its MPI, and its options for machines and ranks.
      words=$("$program" launcher --hosts "${PBS_NODEFILE:?set by PBS}") || exit $?
      mapfile -t start <<<"$words"
      """
    let lines = dialect == .pro && site.memory != nil ? "" : memory + "\n"
    return #"""
      #!/bin/bash
      # Trains under \#(title): qsub FILE. For \#(dialect == .pro ? "Torque" : "OpenPBS") use dp-train launch \#(other).
      # Before the time is up, training saves its state and ends with 75; the job then submits itself again.
      # Options; a line that begins with ## is a comment:
      #PBS -N \#(String(name.directiveWord.prefix(15)))
      #PBS \#(machines)
      \#(lines)#PBS -l walltime=\#(time)
      \#(directive("-A ", site.account, "PROJECT"))
      \#(directive("-q ", site.partition, "NAME"))
      \#(directive(arrayOption, array, "1-10"))
      #PBS -j oe
      \#(surroundings)
      minutes=\#(max(1, minutes - max(1, min(3, minutes / 5))))
      # How many times the job is submitted again after a rank or a machine fails.
      restarts=${DPTRAIN_RESTARTS:-5}

      cd "${PBS_O_WORKDIR:-.}" || exit 66
      number=${\#(number):-${DPTRAIN_NUMBER:-}}
      \#(folder(number: "number"))
      # qsub runs a copy of this file. The next submission needs another copy; without the array, for this job alone.
      mkdir -p "$(dirname "$run")" || exit 73
      sed '/^#PBS \#(arrayOption)/d' "$0" >"$run.job" || exit 73
      again() {
        # The run folder without the number of an array's job, which is added each time.
        DPTRAIN=$program DPTRAIN_RUN=${run%"${number:+-$number}"} DPTRAIN_NUMBER=$number DPTRAIN_RESTARTS=$restarts \
          qsub -v DPTRAIN,DPTRAIN_RUN,DPTRAIN_NUMBER,DPTRAIN_RESTARTS "$run.job"
      }
      \#(start)
      "${start[@]}" "$program" \#(subcommand) "${recipe[@]}" --out "$run" \#(quotedOptions)--minutes "$minutes" --stall-abort 600
      status=$?
      case $status in
        # Stopped before the time is up: a user wanted it, so do not submit again.
        75) [ $SECONDS -lt $((minutes * 60)) ] || again ;;
        0 | 64 | 65 | 66 | 70 | 73 | 78) ;;
        *)
          if [ "$restarts" -gt 0 ]; then
            restarts=$((restarts - 1))
            echo "ended with $status; submitted again" >&2
            again
          fi
          ;;
      esac
      exit $status

      """#
  }
}
