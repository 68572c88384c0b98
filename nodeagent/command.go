package nodeagent

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
)

// capabilities returns what this agent can do beyond running apps, in the terms of the API.
func capabilities() []string { return []string{"release"} }

// runsOnce tells whether a VM runs a command once; all others run an app that is kept running.
func runsOnce(vm client.AssignedVM) bool { return vm.Kind == client.AssignedVMKindRelease }

// unspecified tells whether an API of the version before left out what a VM is to run: it names no kind, and a VM without a port is no
// app. The agent leaves such a VM as it is until another API answers.
func unspecified(vm client.AssignedVM) bool { return vm.Kind == "" && vm.Port == 0 }

// runCommand runs the VM's command once, and reports how it ended until the VM is to be removed.
func (m *machine) runCommand() {
	ctx, retry := m.wanted, backoff{first: firstBackoff, last: lastBackoff}
	begun := lo.FromPtr(m.vm.Begun)

	for ctx.Err() == nil {
		exit, err := m.commandOnce(ctx, &begun)

		switch {
		case ctx.Err() != nil:
			return
		case err != nil && problem.IsUsers(err):
			m.cannotRun(ctx, err)

			return
		case err != nil:
			m.retryLater(ctx, err, &retry)

			continue
		}

		m.logger.InfoContext(ctx, "the command ended", slog.Int64("exit_code", int64(exit.Code)), slog.Bool("out_of_memory", exit.OutOfMemory))
		m.exited(exit, m.vm.MemoryBytes)
		<-ctx.Done()

		return
	}
}

// commandOnce waits for the command and returns how it ended. It begins the command only where no agent has: the records in containerd say so,
// or begun where they are gone.
func (m *machine) commandOnce(ctx context.Context, begun *bool) (containers.Exit, error) {
	found, err := m.agent.runtime.FindOnce(ctx, m.id)
	if err != nil {
		return containers.Exit{}, fmt.Errorf("look for the running command: %w", err)
	}

	switch {
	case found.Lost || (*begun && found == containers.Once{}):
		return containers.Exit{}, problem.New(problem.Invalid,
			"It was cut off when the node or its container runtime restarted: it may or may not have finished. "+
				"Look at what it changes, then redeploy to run it again.")
	case found == containers.Once{}:
		found.Task, err = m.startCommand(ctx)
	case found.Exit == nil:
		err = m.attachCommand()
	}

	if err != nil {
		return containers.Exit{}, err
	}

	*begun = true

	return m.awaitCommand(ctx, found)
}

func (m *machine) startCommand(ctx context.Context) (*containers.Task, error) {
	vm, err := m.describe()
	if err != nil {
		return nil, err
	}

	defer func() { m.endTurn() }()

	return m.start(ctx, vm, 0)
}

// attachCommand makes sure that a running command has its network.
func (m *machine) attachCommand() error {
	vm, err := m.describe()
	if err != nil {
		return err
	}

	if _, err := m.agent.vmNetwork().Attach(m.id, vm.Address); err != nil {
		return fmt.Errorf("attach the network: %w", err)
	}

	return nil
}

// awaitCommand waits for the command's end and records it in containerd. Only then does it delete the task, which knows the exit code.
func (m *machine) awaitCommand(ctx context.Context, found containers.Once) (containers.Exit, error) {
	exit := lo.FromPtr(found.Exit)

	if found.Exit == nil {
		m.set(client.VMReportStateRunning, "")

		var err error
		if exit, err = m.wait(ctx, found.Task); err != nil {
			return exit, fmt.Errorf("wait for the command's end: %w", err)
		}

		if err := m.agent.runtime.WriteExit(ctx, m.id, exit); err != nil {
			return exit, fmt.Errorf("record how the command ended: %w", err)
		}
	}

	if found.Task != nil {
		if err := found.Task.Delete(ctx); err != nil {
			return exit, fmt.Errorf("clean up after the command's end: %w", err)
		}
	}

	exit.Code = m.exitCode(exit.Code)

	flush, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()

	m.logs.flush(flush)

	return exit, nil
}

func (m *machine) exited(exit containers.Exit, memory int64) {
	message := describeCommandExit(exit, memory)
	if exit.Code != 0 {
		message = strings.TrimSpace(message + m.describeFullDisk())
	}

	m.change(func(report *client.VMReport) {
		code := int64(exit.Code)
		report.State, report.ExitCode, report.Message = client.VMReportStateExited, &code, sentence(message)
	})
}

// describeCommandExit explains in a sentence the exit codes that say more than that the command failed. For others it returns "".
func describeCommandExit(exit containers.Exit, memory int64) string {
	switch {
	case exit.OutOfMemory && exit.Code != 0:
		return fmt.Sprintf("It used more memory than its limit of %d MiB. Make it use less, or raise the limit.", memory/mebibyte)
	case exit.Code == notFound:
		return "The image lacks the command, or a shell to run it with."
	case exit.Code == notExecutable:
		return "The command cannot be executed."
	case exit.Code == killed:
		return "It was ended by signal 9 (SIGKILL). It may have run out of memory."
	case exit.Code > signalCodes:
		return fmt.Sprintf("It was ended by signal %d.", exit.Code-signalCodes)
	default:
		return ""
	}
}
