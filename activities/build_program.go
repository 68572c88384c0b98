package activities

import (
	"bytes"
	"context"
	"encoding/binary"
	"path"
	"strings"

	"github.com/zeitwork/zeitwork/internal/problem"
)

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
