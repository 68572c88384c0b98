package toolchain

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// compile runs the compiler once and reports how many packages it has compiled.
func (b Builder) compile(ctx context.Context, module Module, step build, source, target string) error {
	b.report(module, "looking up packages")

	packages := step.packages
	if len(packages) == 0 {
		tools, err := step.goTool(ctx, source, "list", "tool")
		if err != nil {
			return err
		}

		for tool := range strings.FieldsSeq(tools) {
			if !module.builtElsewhere(step, tool) {
				packages = append(packages, tool)
			}
		}
	}

	dependencies, err := step.goTool(ctx, source, append([]string{"list", "-deps"}, packages...)...)
	if err != nil {
		return err
	}

	arguments := append([]string{"build", "-v", "-o", target + "/"}, compilerFlags()...)
	command := step.command(ctx, source, append(arguments, packages...)...)

	output, err := command.StderrPipe()
	if err != nil {
		return fmt.Errorf("read what the compiler says: %w", err)
	}

	if err := command.Start(); err != nil {
		return fmt.Errorf("start the Go toolchain; is Go 1.26 installed and on PATH?: %w", err)
	}

	said := b.follow(module, output, strings.Count(dependencies, "\n"))

	if err := command.Wait(); err != nil {
		return fmt.Errorf("%w:\n%s", err, said)
	}

	return nil
}

// follow reports the compiler's progress until its output ends, and returns the lines that are not progress.
func (b Builder) follow(module Module, output io.Reader, total int) string {
	var said strings.Builder

	start, done, reported := time.Now(), 0, time.Time{}
	lines := bufio.NewScanner(output)

	for lines.Scan() {
		line := lines.Text()
		detail := ""

		switch download, isDownload := strings.CutPrefix(line, "go: downloading "); {
		case isDownload:
			detail = "downloading " + download
		case isPackage(line):
			// With -v the compiler names each package as it begins with it, but no package that the build cache has.
			done++
			detail = fmt.Sprintf("compiled %d of up to %d packages in %s", done, total, time.Since(start).Round(time.Second))
		default:
			said.WriteString(line + "\n")
		}

		if detail != "" && time.Since(reported) > time.Second {
			reported = time.Now()

			b.report(module, detail)
		}
	}

	return said.String()
}

// isPackage tells whether a line of the compiler's output is the name of a package and no complaint.
func isPackage(line string) bool {
	return line != "" && !strings.ContainsAny(line, " \t:#")
}

// goTool runs a go command that takes moments and returns its output.
func (s build) goTool(ctx context.Context, source string, arguments ...string) (string, error) {
	output, err := s.command(ctx, source, arguments...).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", fmt.Errorf("go %s: %w: %s", arguments[0], err, bytes.TrimSpace(exit.Stderr))
	}

	if err != nil {
		return "", fmt.Errorf("start the Go toolchain; is Go 1.26 installed and on PATH?: %w", err)
	}

	return string(output), nil
}

func (s build) command(ctx context.Context, source string, arguments ...string) *exec.Cmd {
	cgo := "CGO_ENABLED=0"
	if s.cgo {
		cgo = "CGO_ENABLED=1"
	}

	if s.tags != "" {
		arguments = append([]string{arguments[0], "-tags", s.tags}, arguments[1:]...)
	}

	command := exec.CommandContext(ctx, "go", arguments...)
	command.Dir = source
	// A workspace or flags in the caller's environment must not change what is built.
	command.Env = append(os.Environ(), cgo, "GOWORK=off", "GOFLAGS=-mod=readonly")

	return command
}
