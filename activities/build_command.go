package activities

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// plainWord matches a path that a shell takes as it is.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_.@/-]+$`)

// commandCheck looks at the program that an image starts with. What the kernel would refuse at the start, on a node and with three words, is told at the
// end of the build instead. Where it is not sure it says nothing.
type commandCheck struct {
	files imageFiles
	image ocispecs.Image
}

// check returns a problem with what is wrong with the image's command, and nil where nothing is known to be.
func (c commandCheck) check(ctx context.Context) error {
	name, command := c.command()
	if len(command) == 0 {
		return nil
	}

	if file, ok := shellFile(command); ok {
		return c.lines(ctx, name, file)
	}

	word, byShell := command[0], false
	if script, ok := shellScript(command); ok {
		fields := strings.Fields(strings.TrimPrefix(script, "exec "))
		// A shell finds all else in its own way.
		if len(fields) == 0 || !plainWord.MatchString(fields[0]) || !strings.Contains(fields[0], "/") {
			return nil
		}

		word, byShell = fields[0], true
	}

	text, err := c.program(ctx, name, word, byShell)
	if err != nil {
		return err
	}

	// Entrypoints that end in `exec "$@"` start the CMD as it stands there.
	passesOn := bytes.HasPrefix(text, []byte("#!")) && bytes.Contains(text, []byte(`exec "$@"`)) && !bytes.Contains(text, []byte("set -- "))
	if name == "ENTRYPOINT" && passesOn && len(c.image.Config.Cmd) > 0 && strings.Contains(c.image.Config.Cmd[0], "/") {
		_, err = c.program(ctx, "CMD", c.image.Config.Cmd[0], false)
	}

	return err
}

// command returns what the image starts, without an init before it, and the instruction that says so.
func (c commandCheck) command() (name string, command []string) {
	if len(c.image.Config.Entrypoint) == 0 {
		return "CMD", withoutInit(c.image.Config.Cmd)
	}

	if command = withoutInit(c.image.Config.Entrypoint); len(command) == 0 {
		return "CMD", c.image.Config.Cmd
	}

	return "ENTRYPOINT", command
}

// withoutInit leaves out an init, with its options, and returns nothing where nothing follows it. The options may have values: without a -- behind them it is
// not known where they end, and the command stays as it is.
func withoutInit(command []string) []string {
	if len(command) == 0 || !slices.Contains([]string{"tini", "dumb-init", "catatonit", "docker-init"}, path.Base(command[0])) {
		return command
	}

	arguments := command[1:]

	switch end := slices.Index(arguments, "--"); {
	case end >= 0:
		return arguments[end+1:]
	case len(arguments) == 0 || !strings.HasPrefix(arguments[0], "-"):
		return arguments
	default:
		return command
	}
}

// shellScript returns what a command in shell form hands to the shell.
func shellScript(command []string) (string, bool) {
	const words = 3

	if len(command) != words || command[1] != "-c" {
		return "", false
	}

	return command[2], slices.Contains([]string{"/bin/sh", "/bin/bash", "/bin/ash", "sh", "bash"}, command[0])
}

// shellFile returns the script that a command hands to a shell as a file.
func shellFile(command []string) (string, bool) {
	shells := []string{"sh", "bash", "ash", "dash"}
	if len(command) == 1 || !slices.Contains(shells, path.Base(command[0])) || !plainWord.MatchString(command[1]) || strings.HasPrefix(command[1], "-") {
		return "", false
	}

	return command[1], true
}

// lines checks a script that a shell reads, whatever its first line names.
func (c commandCheck) lines(ctx context.Context, name, word string) error {
	file := c.absolute(word)

	text, err := c.files.read(ctx, file)
	if err != nil {
		return nil //nolint:nilerr // Nothing is known of it.
	}

	if line, _, ok := bytes.Cut(text, []byte("\n")); ok && bytes.HasSuffix(line, []byte("\r")) {
		return problem.New(problem.Invalid, "The image starts with %s %s, whose lines end as on Windows (CRLF), so that the shell takes a carriage return for "+
			"part of each command. %s", name, word, linesAdvice(file))
	}

	return nil
}

func linesAdvice(file string) string {
	return fmt.Sprintf("Save the file with LF (a line `%s text eol=lf` in .gitattributes keeps it so), "+
		"or take them out in the Dockerfile: RUN sed -i 's/\\r$//' %s.",
		path.Base(file), file)
}
