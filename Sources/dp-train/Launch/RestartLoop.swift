/// The functions of scripts that start ranks again after a failure, in bash: `dp-train launcher --loop` prints them. There is one
/// text, so that scripts for one machine, for hosts and for schedulers go on by the same rules.
enum RestartLoop {
  /// The functions.
  static let text = #"""
    # Functions of dp-train's scripts, printed by dp-train launcher --loop. A script sets
    #   program, words   the program and its arguments, with --resume
    #   run              the folder that they write to; empty if the program chooses it (see find_run)
    #   restarts         how many restarts in a row may bring no newer checkpoint; 0 for no restart after a failure
    #   again            what starts training again by hand, for messages; "the same command" if it is not set
    # and defines choose_ranks, which is called before each start and sets
    #   start            the command that starts the ranks; empty for one rank
    #   place            how many ranks there are, and where
    # It may read cause: what ended the ranks before; empty at the first start.
    # Then `keep_training || status=$?` trains until the end. Its status is the last one of the ranks.

    # A script whose program chooses the folder replaces this by a function that sets run, once the folder is known.
    find_run() { :; }

    # Passes a signal to the process pid, which started the ranks; a script whose launcher treats signals in another way replaces
    # this. mpirun passes SIGUSR1 to the ranks at once, which save and end with 75; other signals end them before that.
    pass_on() {
      if [ ${#start[@]} -gt 0 ] && [ "$asked" -eq 1 ]; then
        kill -USR1 "$pid" 2>/dev/null || true
      else
        kill -"$1" "$pid" 2>/dev/null || true
      fi
    }

    # Notes that the script got a signal: what ends then has not failed.
    take_signal() {
      asked=$((asked + 1)) signal=$1
      [ -z "$pid" ] || pass_on "$signal"
    }

    # Waits for some seconds, or until the script gets a signal.
    pause() {
      sleep "$1" >/dev/null 2>&1 &
      wait $! || kill $! 2>/dev/null || true
    }

    # Waits for the end of the process pid. After a stop was asked for, the signal is repeated, since ranks that were about to start,
    # and their launcher, may have missed it.
    await_end() {
      local tick=0
      while kill -0 "$pid"; do
        if [ "$asked" -eq 1 ]; then
          pause 0.5
          tick=$((tick + 1))
          [ $((tick & (tick - 1))) -ne 0 ] || [ "$asked" -ne 1 ] || pass_on USR1
        else
          wait "$pid" || true
        fi
      done
    }

    # Lists the checkpoints, and the trainings of a sweep that have ended. If the list changes, there is progress.
    saved_states() {
      [ -z "$run" ] || find "$run/" \( -path '*/checkpoints/step-*/complete' -o -name result.json \) 2>/dev/null | sort || true
    }

    # Where training goes on, as a text. Sweeps and cross-validations have checkpoints in folders within theirs.
    saved_text() {
      local folder number newest=-1
      for folder in "$run"/checkpoints/step-*; do
        number=${folder##*-}
        [[ $number =~ ^[0-9]+$ ]] && [ -e "$folder/complete" ] || continue
        [ $((10#$number)) -le "$newest" ] || newest=$((10#$number))
      done
      if [ "$newest" -ge 0 ]; then
        echo "from step $newest"
      elif [ -n "$(saved_states)" ]; then
        echo "from what is saved"
      else
        echo "from the beginning, since nothing is saved yet"
      fi
    }

    # Lists the trainings whose last start was stopped. If one is new, a stop was asked for and the state is saved, though the
    # launcher's status may not say so.
    stopped_states() {
      local file
      [ -n "$run" ] || return 0
      find "$run/" -name history.jsonl 2>/dev/null | sort | while IFS= read -r file; do
        printf '%s %s\n' "$file" "$(tail -n 1 "$file" 2>/dev/null)"
      done | grep '"event":"stop"' || true
    }

    cause_text() {
      local name
      if [ "$1" -gt 128 ] && name=$(kill -l $(($1 - 128)) 2>/dev/null) && [ -n "$name" ]; then
        echo "SIG$name"
      else
        echo "exit code $1"
      fi
    }

    # Says that training has ended after a failure, and how to go on.
    tell_end() {
      echo "dp-train: ended by $1. Start it again by ${again:-the same command}: it goes on $(saved_text)" >&2
    }

    # Waits until something can be written to the run's folder, such as when a full disk has room again, for an hour at most. If
    # there is no such folder yet, the one in which it will be is tried.
    await_room() {
      local place=${run:-.} try end=$((SECONDS + 3600)) has_said=0
      while [ ! -d "$place" ]; do place=$(dirname -- "$place"); done
      try=$place/.room
      until { head -c 1000000 /dev/zero >"$try"; } 2>/dev/null; do
        rm -f "$try" 2>/dev/null || true
        [ "$asked" -eq 0 ] && [ "$SECONDS" -lt "$end" ] || return 0
        [ "$has_said" -eq 1 ] || echo "dp-train: waiting until $place can be written to, for an hour at most" >&2
        has_said=1
        pause 5
      done
      rm -f "$try"
    }

    # Ends a launcher that waits for a machine that hangs, though the other ranks have given up. While ranks wait, each renews its
    # file in the folder stalls, and removes it when it goes on. So nobody is there any more if the files stay as they are.
    patience=120
    end_launcher() {
      local files former='' since=$SECONDS
      # No sleep outlives the script.
      trap 'kill $! 2>/dev/null; exit' TERM
      while :; do
        sleep 5 >/dev/null 2>&1 &
        wait $!
        files=$(find "$run/stalls/" -name 'rank-*.json' -printf '%f %i %T@\n' 2>/dev/null | sort)
        if [ -z "$files" ] || [ "$files" != "$former" ]; then
          former=$files since=$SECONDS
        elif [ $((SECONDS - since)) -ge "$patience" ]; then
          echo "dp-train: no rank has been at work for $patience s, but their launcher has not ended; it is killed" >&2
          kill -KILL -- -"$pid" 2>/dev/null
          return
        fi
      done
    }

    keep_training() {
      local status states stops stop cause='' fruitless=0 attempt=1 all watcher
      asked=0 pid=''
      trap 'take_signal INT' INT
      trap 'take_signal TERM' TERM HUP
      trap 'take_signal USR1' USR1
      while :; do
        find_run
        start=() place=''
        choose_ranks || return
        [ "$asked" -eq 0 ] || return 75
        all=("${words[@]}")
        if [ -n "$cause" ]; then
          echo "dp-train: attempt $attempt, after $cause: $(saved_text), with ${place/#1 ranks/1 rank}" >&2
          [ "${words[0]}" != train ] || all+=(--reason "$cause")
        fi
        states=$(saved_states)
        stops=$(stopped_states)
        watcher=''
        # With a process group of their own, the ranks get control-C by this script alone, and once.
        set -m
        "${start[@]}" "$program" "${all[@]}" </dev/null &
        pid=$!
        set +m
        # The trainings of a sweep have such folders of their own, which stay when one of them ends.
        if [ "${words[0]}" = train ] && [ -n "$run" ] && [ ${#start[@]} -gt 0 ]; then
          rm -f "$run"/stalls/rank-*.json
          end_launcher &
          watcher=$!
        fi
        [ "$asked" -eq 0 ] || pass_on "$signal"
        {
          await_end
          status=0
          wait "$pid" || status=$?
          [ -z "$watcher" ] || { kill "$watcher" && wait "$watcher"; } || true
        } 2>/dev/null
        pid=''
        find_run
        # Open MPI's mpirun ends with 1 after SIGTERM, Hydra with 0 after some signals.
        stop=$(comm -13 <(echo "$stops") <(stopped_states))
        if [ -n "$stop" ]; then
          [ "$asked" -eq 0 ] && ! grep -qv '"cause":"the file restart ' <<<"$stop" || return 75
          cause='the file restart' fruitless=0 attempt=$((attempt + 1))
          continue
        fi
        if [ "$asked" -gt 0 ]; then
          # A signal that ends ranks or their launcher while they start finds everything saved.
          [ "$asked" -eq 1 ] && [ "$status" -gt 128 ] && [ -n "$(saved_states)" ] && return 75
          return "$status"
        fi
        case $status in
          # Done, asked to stop, or wrong command line, data, recipe, output or program: another try would end alike.
          0 | 64 | 65 | 66 | 70 | 73 | 75 | 78 | 126 | 127) return "$status" ;;
        esac
        cause=$(cause_text "$status")
        if [ "$restarts" -eq 0 ]; then
          tell_end "$cause"
          return "$status"
        fi
        if [ "$(saved_states)" != "$states" ]; then
          fruitless=0
        else
          fruitless=$((fruitless + 1))
          if [ "$fruitless" -gt "$restarts" ]; then
            tell_end "$cause, and nothing newer was saved in $restarts restart$([ "$restarts" -eq 1 ] || echo s)"
            return "$status"
          fi
          # What is wrong may pass, such as a switch that is off.
          pause $((fruitless < 7 ? 1 << (fruitless - 1) : 60))
        fi
        # Reading or writing failed.
        [ "$status" -ne 74 ] || await_room
        attempt=$((attempt + 1))
      done
    }

    """#
}
