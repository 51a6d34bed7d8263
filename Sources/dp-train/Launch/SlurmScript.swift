extension BatchScript {
  /// For Slurm's sbatch.
  var slurm: String {
    func directive(_ option: String, _ value: String?, _ example: String) -> String {
      BatchScript.directive("SBATCH", "--\(option)=", value, example: example)
    }
    let array = directive("array", array, "1-10")
    return #"""
      #!/bin/bash
      # Trains under Slurm: sbatch FILE
      # Two minutes before the time is up, or when the job has to make room, training saves its state; the job is then
      # queued again and goes on, on however many ranks it gets. It is queued again, too, if a rank or a machine fails.
      # Knobs; a line with ## is a comment, with # it counts:
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
      # srun --mpi=list tells which it has.
      plugin=${DPTRAIN_PLUGIN:-\#(site.plugin.shellQuoted)}
      # So many times the job is queued again if a rank or a machine fails.
      restarts=5

      cd "${SLURM_SUBMIT_DIR:-.}" || exit 66
      \#(folder(number: "SLURM_ARRAY_TASK_ID"))
      requeues=0
      # srun hands SIGUSR1 on to every rank; SIGTERM reaches them without this script, which has to outlive it.
      pid=
      trap 'requeues=1; [ -z "$pid" ] || kill -USR1 $pid' USR1
      trap ':' TERM
      # -K1: without it a dead rank leaves the others waiting.
      srun -K1 --mpi="$plugin" "$program" train "${recipe[@]}" --out "$run" --resume --stall-abort 600 &
      pid=$!
      while kill -0 $pid 2>/dev/null; do wait $pid; done
      wait $pid
      status=$?
      case $status in
        # Training was asked to stop, and has saved its state.
        75) [ $requeues -eq 1 ] && scontrol requeue "$SLURM_JOB_ID" && exit 0 ;;
        # Nothing that would go better another time: done, or wrong command line, data, recipe or output.
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
