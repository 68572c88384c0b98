package activities

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// scriptBytes is how much of a program is read to see what it is.
const scriptBytes = 16 << 10

// defaultPath is where programs are looked for in images that do not say.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

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
	name, command := "ENTRYPOINT", c.image.Config.Entrypoint
	if len(command) == 0 {
		name, command = "CMD", c.image.Config.Cmd
	}

	if len(command) == 0 {
		return nil
	}

	command = withoutInit(command)

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

// shellScript returns what a command in shell form hands to the shell.
func shellScript(command []string) (string, bool) {
	const words = 3

	if len(command) != words || command[1] != "-c" {
		return "", false
	}

	return command[2], slices.Contains([]string{"/bin/sh", "/bin/bash", "/bin/ash", "sh", "bash"}, command[0])
}

// withoutInit leaves out an init that starts what follows, with its options.
func withoutInit(command []string) []string {
	if !slices.Contains([]string{"tini", "dumb-init", "catatonit", "docker-init"}, path.Base(command[0])) {
		return command
	}

	for index, word := range command[1:] {
		if !strings.HasPrefix(word, "-") {
			return command[1+index:]
		}
	}

	return command
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

// program checks one program and returns how it begins. name is the instruction that names it.
func (c commandCheck) program(ctx context.Context, name, word string, byShell bool) ([]byte, error) {
	file, found := c.lookUp(ctx, word)

	switch found {
	case isUnknown:
		return nil, nil
	case isAbsent:
		return nil, problem.New(problem.Invalid, "The image starts with %s %s, and there is no such program in it. "+
			"Correct the path in the %s instruction, or copy the file into the image.", name, word, name)
	case notExecutable:
		return nil, problem.New(problem.Invalid, "The image starts with %s %s, which is not executable. "+
			"Make it so in the repository (git update-index --chmod=+x %s, then commit), or by RUN chmod +x %s in the Dockerfile.",
			name, word, path.Base(file), file)
	case isExecutable:
	}

	text, err := c.files.read(ctx, file)
	if err != nil {
		return nil, nil //nolint:nilerr // Nothing is known of it.
	}

	return text, c.kind(ctx, name, word, file, text, byShell)
}

// kind checks that the kernel can run what a program begins with.
func (c commandCheck) kind(ctx context.Context, name, word, file string, text []byte, byShell bool) error {
	switch {
	case bytes.HasPrefix(text, []byte("#!")):
		return c.interpreter(ctx, name, word, file, text)
	case bytes.HasPrefix(text, []byte("\x7fELF")):
		return c.architecture(name, word, text)
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf#!")):
		return problem.New(problem.Invalid, "The image starts with %s %s, which begins with a byte order mark before its #! line. "+
			"Save the file as UTF-8 without one.", name, word)
	case byShell || len(text) == 0:
		return nil // A shell runs scripts without a #! line itself.
	default:
		return problem.New(problem.Invalid, "The image starts with %s %s, which is neither a program for Linux nor a script with a #! line. "+
			"Begin the script with a line such as #!/bin/sh, or name the program that runs it: %s [\"sh\", %q].", name, word, name, word)
	}
}

// interpreter checks the program that a script names in its first line.
func (c commandCheck) interpreter(ctx context.Context, name, word, file string, text []byte) error {
	line, _, _ := bytes.Cut(text[len("#!"):], []byte("\n"))

	if bytes.HasSuffix(line, []byte("\r")) {
		return problem.New(problem.Invalid, "The image starts with %s %s, whose lines end as on Windows (CRLF), so that the kernel looks for a program %q. %s",
			name, word, strings.TrimSpace(strings.TrimSuffix(string(line), "\r"))+"\r", linesAdvice(file))
	}

	fields := strings.Fields(string(line))
	if len(fields) == 0 {
		return nil
	}

	wanted := fields[:1]
	// env looks for its argument on the PATH; its options are its own matter.
	if path.Base(fields[0]) == "env" && len(fields) > 1 && plainWord.MatchString(fields[1]) && !strings.HasPrefix(fields[1], "-") {
		wanted = fields[:2]
	}

	for _, program := range wanted {
		if _, found := c.lookUp(ctx, program); found == isAbsent {
			return problem.New(problem.Invalid, "The image starts with %s %s, whose first line asks for %s, and the image has no such program. "+
				"Install it in the Dockerfile, or write the script for one that is there, such as /bin/sh.", name, word, program)
		}
	}

	return nil
}

// architecture checks that a program was built for the machines that the image is for.
func (c commandCheck) architecture(name, word string, text []byte) error {
	const machineAt, machineBytes = 18, 2

	machines := map[uint16]string{0x03: "386", 0x3e: "amd64", 0x28: "arm", 0xb7: "arm64", 0xf3: "riscv64"}

	if len(text) < machineAt+machineBytes {
		return nil
	}

	built := machines[binary.LittleEndian.Uint16(text[machineAt:])]
	if built == "" || c.image.Architecture == "" || built == c.image.Architecture || built == "386" && c.image.Architecture == "amd64" {
		return nil
	}

	return problem.New(problem.Invalid, "The image starts with %s %s, which was built for %s machines, and the image is for %s. Build it for linux/%s.",
		name, word, built, c.image.Architecture, c.image.Architecture)
}
