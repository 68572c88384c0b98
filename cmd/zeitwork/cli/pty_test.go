package cli

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// pty is a terminal with a person in front of it.
type pty struct {
	person   *os.File // What the person types, and sees.
	terminal *os.File // What a command reads and writes.

	mutex sync.Mutex
	seen  bytes.Buffer
}

func newPTY(t *testing.T) *pty {
	t.Helper()

	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("this machine has no pseudoterminals:", err)
	}

	number, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	require.NoError(t, unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0))

	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)

	p := &pty{person: person, terminal: terminal}

	go func() {
		buffer := make([]byte, 1<<12)

		for {
			n, err := person.Read(buffer)

			p.mutex.Lock()
			p.seen.Write(buffer[:n])
			p.mutex.Unlock()

			if err != nil {
				return
			}
		}
	}()

	t.Cleanup(func() { _, _ = terminal.Close(), person.Close() })

	return p
}

func (p *pty) text() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	return strings.ReplaceAll(p.seen.String(), "\r\n", "\n")
}

// sees waits until the text stands on the terminal.
func (p *pty) sees(t *testing.T, text string) {
	t.Helper()

	require.Eventually(t, func() bool { return strings.Contains(p.text(), text) }, 10*time.Second, 5*time.Millisecond, "not on the terminal: %q", text)
}

func (p *pty) types(t *testing.T, text string) {
	t.Helper()

	_, err := p.person.WriteString(text)
	require.NoError(t, err)
}

// echoes tells whether the terminal shows what is typed.
func (p *pty) echoes(t *testing.T) bool {
	t.Helper()

	termios, err := unix.IoctlGetTermios(int(p.terminal.Fd()), unix.TCGETS)
	require.NoError(t, err)

	return termios.Lflag&unix.ECHO != 0
}
