import Diagnostics

extension BatchScript {
  /// The script for the MPI operator of Kubernetes.
  var kubernetes: String {
    #"""
    # Trains on Kubernetes with the MPI operator (kubeflow.org/v2beta1): kubectl apply -f FILE
    # Build the image from launch/Dockerfile. The volume keeps data and run folder, from which a new launcher resumes. It
    # needs a claim named dp-train, which several workers can only share if they may mount it at once (ReadWriteMany).
    apiVersion: kubeflow.org/v2beta1
    kind: MPIJob
    metadata:
      name: \#(name.kubernetesName)
    spec:
      slotsPerWorker: \#(ranksPerNode)
      runPolicy:
        cleanPodPolicy: Running
        backoffLimit: 20
        activeDeadlineSeconds: \#(minutes * 60)
      mpiReplicaSpecs:
        Launcher:
          replicas: 1
          template:
            spec:
              restartPolicy: OnFailure
              containers:
                - name: launcher
                  image: dp-train:latest
                  workingDir: /training
                  command:
    \#(command.map { "                - \(BatchScript.argument($0))" }.joined(separator: "\n"))
                  resources:
                    limits: {cpu: "1", memory: 1Gi}
        Worker:
          replicas: \#(nodes)
          template:
            spec:
              containers:
                - name: worker
                  image: dp-train:latest
                  workingDir: /training
                  resources:
                    limits: {cpu: "\#(ranksPerNode)", memory: \#(site.memory ?? "\(max(2, ranksPerNode))Gi")}
                  volumeMounts:
                    - {name: work, mountPath: /training}
                    - {name: shared-memory, mountPath: /dev/shm}
              volumes:
                - name: work
                  persistentVolumeClaim: {claimName: dp-train}
                # Ranks of a machine share memory. Containers have 64 MiB of it by default, too little for large networks.
                - name: shared-memory
                  emptyDir: {medium: Memory}

    """#
  }

  /// The launcher's command; the image has Open MPI 4. With these keepalive times, mpirun notices within 20 seconds that a
  /// machine is gone, and ends the others.
  private var command: [String] {
    let interface = site.interface.map {
      ["--mca", "btl_tcp_if_include", $0, "--mca", "oob_tcp_if_include", $0]
    }
    return ["mpirun", "--allow-run-as-root", "--bind-to", "none"] + (interface ?? [])
      + [
        "--mca", "oob_tcp_keepalive_time", "10", "--mca", "oob_tcp_keepalive_intvl", "2", "--mca",
        "oob_tcp_keepalive_probes", "5", "-np", "\(ranks)", "dp-train", subcommand,
      ] + arguments + ["--out", out] + options + ["--stall-abort", "600"]
  }

  /// An argument in YAML. Kubernetes would expand `$(NAME)`, so `$$(NAME)` is written for it.
  private static func argument(_ word: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in word.unicodeScalars {
      if scalar == "(", scalars.last == "$" { scalars.append("$") }
      scalars.append(scalar)
    }
    return String(scalars).yamlQuoted
  }
}
