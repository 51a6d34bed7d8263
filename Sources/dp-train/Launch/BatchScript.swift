/// A script that starts a training on a cluster, filled in.
struct BatchScript {
  /// Who starts it.
  enum Scheduler: String, CaseIterable {
    /// Slurm's sbatch.
    case slurm
    /// PBS's or Torque's qsub.
    case pbs
    /// Nobody: mpirun reaches the machines of a list by ssh.
    case hosts
    /// Kubernetes with the MPI operator.
    case kubernetes
  }

  /// The job's and the run folder's name.
  var name = "temporal-order"
  /// The words behind `dp-train train`.
  var recipe = "temporal-order"
  /// Machines.
  var nodes = 1
  /// Ranks on each machine.
  var ranksPerNode = 2
  /// The job's limit.
  var hours = 1
  /// The program.
  var program = ".build/release/dp-train"

  private var ranks: Int { nodes * ranksPerNode }

  /// The text for a scheduler.
  func text(for scheduler: Scheduler) -> String {
    switch scheduler {
    case .slurm: slurm
    case .pbs: pbs
    case .hosts: hosts
    case .kubernetes: kubernetes
    }
  }

  /// Well before the ranks give up themselves: to a machine that has not answered what mpirun sends, such as the order
  /// to end, mpirun goes on sending for a quarter of an hour.
  private static let keepalive =
    "--mca oob_tcp_keepalive_time 10 --mca oob_tcp_keepalive_intvl 2 --mca oob_tcp_keepalive_probes 5"
  private static let keepaliveReason =
    "With these keepalive times mpirun notices within 20 seconds that a machine is gone, and ends the others."

  private var slurm: String {
    #"""
    #!/bin/bash
    # Trains under Slurm: sbatch FILE
    # Two minutes before the time is up, or when the job has to make room, training saves its state; the job is then
    # queued again and goes on, on however many ranks it gets. Knobs:
    #SBATCH --job-name=\#(name)
    #SBATCH --nodes=\#(nodes)
    #SBATCH --ntasks=\#(ranks)
    #SBATCH --cpus-per-task=1
    #SBATCH --time=\#(hours):00:00
    #SBATCH --requeue
    #SBATCH --open-mode=append
    #SBATCH --signal=B:USR1@120
    program=${DPTRAIN:-\#(program)}
    recipe=(\#(recipe))
    run=${DPTRAIN_RUN:-runs/\#(name)}

    cd "${SLURM_SUBMIT_DIR:-.}" || exit 66
    requeues=0
    # srun hands SIGUSR1 on to every rank; SIGTERM reaches them without this script, which has to outlive it.
    pid=
    trap 'requeues=1; [ -z "$pid" ] || kill -USR1 $pid' USR1
    trap ':' TERM
    # -K1: without it a dead rank leaves the others waiting.
    srun -K1 --mpi=pmix "$program" train "${recipe[@]}" --out "$run" --resume --stall-abort 600 &
    pid=$!
    while kill -0 $pid 2>/dev/null; do wait $pid; done
    wait $pid
    status=$?
    # 75: training was asked to stop, and has saved its state.
    if [ $status -eq 75 ] && [ $requeues -eq 1 ]; then scontrol requeue "$SLURM_JOB_ID" && exit 0; fi
    exit $status

    """#
  }

  private var pbs: String {
    #"""
    #!/bin/bash
    # Trains under PBS: qsub FILE
    # Before the time is up training saves its state and ends with 75; the job then hands itself in again. Knobs:
    #PBS -N \#(name)
    #PBS -l select=\#(nodes):ncpus=\#(ranksPerNode):mpiprocs=\#(ranksPerNode)
    #PBS -l walltime=\#(hours):00:00
    #PBS -j oe
    program=${DPTRAIN:-\#(program)}
    recipe=(\#(recipe))
    run=${DPTRAIN_RUN:-runs/\#(name)}
    minutes=\#(hours * 60 - 3)
    script=${DPTRAIN_SCRIPT:-job}  # this file

    cd "${PBS_O_WORKDIR:-.}" || exit 66
    # An Open MPI that was built with PBS knows the machines; the file tells any other.
    hosts=()
    [ -z "${PBS_NODEFILE:-}" ] || hosts=(--hostfile "$PBS_NODEFILE")
    # \#(BatchScript.keepaliveReason)
    mpirun "${hosts[@]}" -np \#(ranks) --bind-to none --mca odls_base_sigkill_timeout 10 \
      \#(BatchScript.keepalive) \
      "$program" train "${recipe[@]}" --out "$run" --resume --minutes "$minutes" --stall-abort 600
    status=$?
    # 75 before the time is up: somebody wanted it to stop.
    if [ $status -eq 75 ] && [ $SECONDS -ge $((minutes * 60)) ]; then qsub "$script"; fi
    exit $status

    """#
  }

  private var hosts: String {
    #"""
    #!/bin/bash
    # Trains on the machines of a list, reached by ssh without a password: bash FILE HOSTFILE
    # HOSTFILE has a line for each: NAME slots=RANKS. Program, data and run folder must have the same paths on all.
    # To stop, make a file named stop in the run folder; started again, training goes on where it was.
    set -euo pipefail
    hosts=${1:?a HOSTFILE is needed: a file with lines such as node1 slots=8}
    program=${DPTRAIN:-$PWD/\#(program)}
    recipe=(\#(recipe))
    run=${DPTRAIN_RUN:-$PWD/runs/\#(name)}

    # The program knows the mpirun of its MPI, and the words in which that is told machines and ranks.
    words=$("$program" launcher --hosts "$hosts") || exit $?
    mapfile -t start <<<"$words"
    exec "${start[@]}" "$program" train "${recipe[@]}" --out "$run" --resume --stall-abort 600

    """#
  }

  private var kubernetes: String {
    #"""
    # Trains on Kubernetes with the MPI operator (kubeflow.org/v2beta1): kubectl apply -f FILE
    # The image is that of launch/Dockerfile; the volume keeps the run folder, from which a new launcher goes on.
    apiVersion: kubeflow.org/v2beta1
    kind: MPIJob
    metadata:
      name: \#(name)
    spec:
      slotsPerWorker: \#(ranksPerNode)
      runPolicy:
        cleanPodPolicy: Running
        backoffLimit: 20
      mpiReplicaSpecs:
        Launcher:
          replicas: 1
          template:
            spec:
              containers:
                - name: launcher
                  image: dp-train:latest
                  command:
                    - mpirun
                    - --allow-run-as-root
                    - --bind-to
                    - none
    \#(BatchScript.keepalive.split(separator: " ").map { "                - \"\($0)\"" }.joined(separator: "\n"))
                    - -np
                    - "\#(ranks)"
                    - dp-train
                    - train
    \#(recipe.split(separator: " ").map { "                - \"\($0)\"" }.joined(separator: "\n"))
                    - --out
                    - /training/runs/\#(name)
                    - --resume
                    - --stall-abort
                    - "600"
        Worker:
          replicas: \#(nodes)
          template:
            spec:
              containers:
                - name: worker
                  image: dp-train:latest
                  resources:
                    limits:
                      cpu: "\#(ranksPerNode)"
                  volumeMounts:
                    - name: work
                      mountPath: /training
              volumes:
                - name: work
                  persistentVolumeClaim:
                    claimName: dp-train

    """#
  }
}
