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
      # again and resumes on any number of ranks. If a rank or a machine fails, training goes on in the same job, from its
      # newest checkpoint, on the machines that answer; if that does not help, the job is queued again.
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
      #SBATCH --no-kill
      #SBATCH --open-mode=append
      #SBATCH --signal=B:USR1@120
      \#(surroundings)
      # How Slurm starts the ranks: pmix for Open MPI, pmi2 for MPICH and Intel MPI, cray_shasta for Cray.
      # srun --mpi=list lists those that are installed.
      plugin=${DPTRAIN_PLUGIN:-\#(site.plugin.shellQuoted)}
      # How many times the job is queued again if restarts do not help.
      requeues=5

      cd "${SLURM_SUBMIT_DIR:-.}" || exit 66
      \#(folder(number: "SLURM_ARRAY_TASK_ID"))
      \#(loop)
      words=(\#(subcommand) "${recipe[@]}" --out "$run" \#(quotedOptions)--stall-abort 600)
      # srun passes SIGUSR1 to every rank. SIGTERM reaches the ranks directly; srun would end them at once.
      pass_on() {
        [ "$1" != USR1 ] || kill -USR1 "$pid"
      }
      # Lists the machines of the job that answer. It asks Slurm, and the machines too: Slurm takes minutes to find one down.
      answering() {
        local known up name
        known=$(squeue --noheader --job="$SLURM_JOB_ID" --format="%A %N" | awk -v job="$SLURM_JOB_ID" '$1 == job { print $2 }')
        up=$(sinfo --noheader --Node --nodes="$known" --format="%N %t" | awk '$2 !~ /down|fail/ { print $1 }' | sort -u)
        for name in $up; do
          "${anew[@]}" timeout 60 srun --mpi=none --overlap --nodes=1 --ntasks=1 --nodelist="$name" echo "$name" 2>/dev/null &
        done
        wait
      }
      # Without the numbers that were true when the job began.
      anew=(env -u SLURM_JOB_NUM_NODES -u SLURM_NNODES -u SLURM_NTASKS -u SLURM_NPROCS -u SLURM_TASKS_PER_NODE)
      # -K1 ends the ranks if one dies; without it the others would wait.
      choose_ranks() {
        local names count ranks
        start=(srun -K1 --mpi="$plugin")
        place="${SLURM_NTASKS:-all} ranks"
        [ -n "$cause" ] || return 0
        names=$(answering | sort | paste -s -d ,)
        count=$(tr -cd , <<<"$names," | wc -c)
        [ -n "$names" ] && [ "$count" -lt "${SLURM_JOB_NUM_NODES:-1}" ] || return 0
        ranks=$((count * \#(ranksPerNode)))
        start=("${anew[@]}" "${start[@]}" --nodes="$count" --ntasks="$ranks" --nodelist="$names")
        place="$ranks ranks on the machines that answer, $names"
      }
      status=0
      keep_training || status=$?
      case $status in
        # Training was asked to stop, and has saved its state.
        75) [ "${signal:-}" = USR1 ] && scontrol requeue "$SLURM_JOB_ID" && exit 0 ;;
        # Another try would not help: done, or wrong command line, data, recipe or output.
        0 | 64 | 65 | 66 | 70 | 73 | 78) ;;
        *)
          if [ "${SLURM_RESTART_COUNT:-0}" -lt "$requeues" ]; then
            echo "ended with $status; queued again" >&2
            scontrol requeue "$SLURM_JOB_ID" && exit 0
          fi
          ;;
      esac
      exit $status

      """#
  }
}
