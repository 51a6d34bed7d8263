extension BatchScript {
  /// The script for Slurm's sbatch.
  var slurm: String {
    func directive(_ option: String, _ value: String?, _ example: String) -> String {
      BatchScript.directive("SBATCH", "--\(option)=", value, example: example)
    }
    let array = directive("array", array, "1-10")
    return #"""
      #!/bin/bash
      # Trains under Slurm: sbatch FILE
      # Two minutes before the time is up, or if the job is preempted, training saves its state. The job is then queued
      # again and resumes on any number of ranks. It is also queued again if a rank or a machine fails.
      # Options; a line that begins with ## is a comment:
      #SBATCH --job-name=\#(name.directiveWord)
      #SBATCH --nodes=\#(nodes)
      #SBATCH --ntasks-per-node=\#(ranksPerNode)
      #SBATCH --cpus-per-task=1
      #SBATCH --time=\#(time)
      \#(directive("account", site.account, "PROJECT"))
      \#(directive("partition", site.partition, "NAME"))
      \#(directive("qos", site.qos, "NAME"))
      \#(directive("mem", site.memory, "16G"))
      ##SBATCH --output=%x-%j.out
      \#(array)
      #SBATCH --requeue
      #SBATCH --open-mode=append
      #SBATCH --signal=B:USR1@120
      \#(surroundings)
      # How Slurm starts the ranks: pmix for Open MPI, pmi2 for MPICH and Intel MPI, cray_shasta for Cray.
      # srun --mpi=list lists those that are installed.
      plugin=${DPTRAIN_PLUGIN:-\#(site.plugin.shellQuoted)}
      # How many times the job is queued again after a rank or a machine fails.
      restarts=5

      cd "${SLURM_SUBMIT_DIR:-.}" || exit 66
      \#(folder(number: "SLURM_ARRAY_TASK_ID"))
      requeues=0
      # srun passes SIGUSR1 to every rank. SIGTERM reaches the ranks directly; this script must survive it.
      pid=
      trap 'requeues=1; [ -z "$pid" ] || kill -USR1 $pid' USR1
      trap ':' TERM
      # -K1 ends the job if a rank dies; without it the others would wait.
      srun -K1 --mpi="$plugin" "$program" \#(subcommand) "${recipe[@]}" --out "$run" \#(quotedOptions)--stall-abort 600 &
      pid=$!
      while kill -0 $pid 2>/dev/null; do wait $pid; done
      wait $pid
      status=$?
      case $status in
        # Training was asked to stop, and has saved its state.
        75) [ $requeues -eq 1 ] && scontrol requeue "$SLURM_JOB_ID" && exit 0 ;;
        # Another try would not help: done, or wrong command line, data, recipe or output.
        0 | 64 | 65 | 66 | 70 | 73 | 78) ;;
        *)
          if [ "${SLURM_RESTART_COUNT:-0}" -lt "$restarts" ]; then
            echo "ended with $status; queued again" >&2
            scontrol requeue "$SLURM_JOB_ID" && exit 0
          fi
          ;;
      esac
      exit $status

      """#
  }
}
