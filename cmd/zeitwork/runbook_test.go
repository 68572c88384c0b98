package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// runbook is a page of docs/OPERATIONS.md whose commands are run, as they stand there, in one shell.
type runbook struct {
	// blocks are the commands that stand together.
	blocks [][]string
	folder string
	in     io.Writer
	out    *bufio.Reader
}

// openRunbook reads the page under a heading, which has so many blocks of commands, and starts a shell with an environment in a folder of its own.
func openRunbook(t *testing.T, heading string, blocks int, environment ...string) *runbook {
	t.Helper()

	content, err := os.ReadFile("../../docs/OPERATIONS.md")
	require.NoError(t, err)

	found := regexp.MustCompile(`(?m)^###? ` + regexp.QuoteMeta(heading) + `$`).FindIndex(content)
	require.NotNil(t, found, "no page has the heading %s", heading)

	page := regexp.MustCompile(`(?m)^##`).Split(string(content[found[1]:]), 2)[0]
	r := &runbook{folder: t.TempDir()}

	var before bool

	for line := range strings.Lines(page) {
		isCommand := strings.HasPrefix(line, "    ")

		switch {
		case isCommand && before:
			r.blocks[len(r.blocks)-1] = append(r.blocks[len(r.blocks)-1], strings.TrimSpace(line))
		case isCommand:
			r.blocks = append(r.blocks, []string{strings.TrimSpace(line)})
		}

		before = isCommand
	}

	require.Len(t, r.blocks, blocks, "the test runs another page than this: %v", r.blocks)

	shell := exec.Command("sh")
	shell.Dir = r.folder
	shell.Env = append([]string{"PATH=" + programFolder(t) + ":" + os.Getenv("PATH"), AsProgram + "=1", "HOME=" + r.folder}, environment...)

	r.in, err = shell.StdinPipe()
	require.NoError(t, err)
	out, err := shell.StdoutPipe()
	require.NoError(t, err)

	r.out = bufio.NewReader(out)
	shell.Stderr = shell.Stdout

	require.NoError(t, shell.Start())
	t.Cleanup(func() {
		require.NoError(t, r.in.(io.Closer).Close())
		require.NoError(t, shell.Wait())
	})

	return r
}

// replace puts what the test has in the place of what stands on the page, given in pairs.
func (r *runbook) replace(pairs ...string) {
	replacer := strings.NewReplacer(pairs...)

	for _, block := range r.blocks {
		for i, command := range block {
			block[i] = replacer.Replace(command)
		}
	}
}

// do runs a block of commands, counted from 0, of which none may fail. It returns what they have written.
func (r *runbook) do(t *testing.T, block int) string {
	t.Helper()

	written, code := r.run(t, strings.Join(r.blocks[block], " && "))
	require.Equal(t, 0, code, "%s\n%s", strings.Join(r.blocks[block], "\n"), written)

	return written
}

// run runs a command that the page does not have.
func (r *runbook) run(t *testing.T, command string) (written string, code int) {
	t.Helper()

	_, err := fmt.Fprintf(r.in, "{ %s\n} </dev/null; printf '\\nended with %%d\\n' $?\n", command)
	require.NoError(t, err)

	for {
		line, err := r.out.ReadString('\n')
		require.NoError(t, err, "the shell has ended")

		if _, err := fmt.Sscanf(line, "ended with %d\n", &code); err == nil {
			return strings.TrimSuffix(written, "\n"), code
		}

		written += line
	}
}

// file is what a command has written to a file.
func (r *runbook) file(t *testing.T, name string) string {
	t.Helper()

	content, err := os.ReadFile(r.folder + "/" + name)
	require.NoError(t, err)

	return strings.TrimSpace(string(content))
}
