package nodeagent

import (
	"fmt"
	"strings"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
)

const (
	// Exit codes above signalCodes are signalCodes plus the number of the signal that ended the process.
	signalCodes = 128
	killed      = 128 + 9

	notExecutable = 126
	notFound      = 127
	mebibyte      = 1 << 20
)

// state returns the report of the VM.
func (m *machine) state() client.VMReport {
	m.mu.Lock()
	defer m.mu.Unlock()

	return m.report
}

// set changes the state and the message. While the VM starts again, the message of its last crash stays readable.
func (m *machine) set(state client.VMReportState, message string) {
	if state == client.VMReportStateHealthy {
		m.mayHaveServed.Store(true)
	}

	m.change(func(report *client.VMReport) {
		again := report.ExitCode != nil && (state == client.VMReportStateStarting || state == client.VMReportStateRunning)
		report.State = state

		if message != "" || !again {
			report.Message = sentence(message)
		}
	})
}

// explain changes the message alone.
func (m *machine) explain(message string) {
	m.change(func(report *client.VMReport) { report.Message = sentence(message) })
}

func (m *machine) restarted(restarts int64) {
	m.change(func(report *client.VMReport) { report.Restarts = restarts })
}

func (m *machine) crashed(end ending) {
	message := describeExit(end.Exit, m.vm.MemoryBytes)
	if end.silent > 0 {
		message = m.describeSilence(end.silent)
	}

	message += m.describeFullDisk()

	m.change(func(report *client.VMReport) {
		code := int64(end.Code)
		report.State, report.ExitCode, report.Message = client.VMReportStateCrashed, &code, sentence(message)
	})
}

// change edits the report, and has it sent where it differs now.
func (m *machine) change(edit func(*client.VMReport)) {
	m.mu.Lock()
	defer m.mu.Unlock()

	before := m.report
	edit(&m.report)

	same := before.State == m.report.State && before.Restarts == m.report.Restarts && before.ExitCode == m.report.ExitCode &&
		textOf(before.Message) == textOf(m.report.Message)
	if !same {
		signal(m.agent.changed)
	}
}

// describeExit returns a sentence about how the app ended, and where to look.
func describeExit(exit containers.Exit, memory int64) string {
	switch {
	case exit.OutOfMemory && exit.Code != 0:
		return fmt.Sprintf("The app was ended because it used more memory than its limit of %d MiB. Make it use less, or raise the limit.", memory/mebibyte)
	case exit.Code == 0:
		return "The app ended by itself with exit code 0. It has to keep running and answer requests."
	case exit.Code == notFound:
		return "The app's command was not found in the image (exit code 127), and its log may say which. " +
			"Check what starts the app: the start script, the Procfile, or CMD and ENTRYPOINT where it has a Dockerfile."
	case exit.Code == notExecutable:
		return "The app's command cannot be executed (exit code 126). Check that it is executable and made for this kind of machine."
	case exit.Code == killed:
		return "The app was ended by signal 9 (SIGKILL). It may have run out of memory."
	case exit.Code > signalCodes:
		return fmt.Sprintf("The app was ended by signal %d (exit code %d). Its log may say why.", exit.Code-signalCodes, exit.Code)
	default:
		return fmt.Sprintf("The app crashed with exit code %d. Its log may say why.", exit.Code)
	}
}

// explainRetry returns a sentence for users about why the VM does not run yet.
func explainRetry(err error) string {
	if problem.CodeOf(err) != problem.Internal {
		return "The node tries again: " + problem.MessageOf(err)
	}

	step, _, _ := strings.Cut(err.Error(), ":")

	if containers.IsDiskFull(err) {
		return "The node's disk is full: it could not " + step + ". It is tried again."
	}

	return "The node tries again: it could not " + step + "."
}

func sentence(message string) *string {
	if message == "" {
		return nil
	}

	if runes := []rune(message); len(runes) > maxMessage {
		message = string(runes[:maxMessage])
	}

	return &message
}

func textOf(message *string) string {
	if message == nil {
		return ""
	}

	return *message
}
