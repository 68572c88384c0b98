package gitssh

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// helloTimeout is how long git may take to say what it wants, and helloBytes how long that may be.
const (
	helloTimeout = 30 * time.Second
	helloBytes   = 2 << 10
)

// Relay lets git read one repository over a connection: git speaks its own protocol (git://) to it on loopback, and never learns of a key. Only who knows
// its URL is let through.
type Relay struct {
	connection *Connection
	listener   net.Listener
	path       string

	group sync.WaitGroup

	mutex     sync.Mutex
	closed    bool
	open      map[io.Closer]struct{}
	complaint string
}

// NewRelay starts a relay, which the caller closes. The connection stays the caller's.
func NewRelay(ctx context.Context, connection *Connection) (*Relay, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for git: %w", err)
	}

	relay := &Relay{connection: connection, listener: listener, path: "/" + rand.Text(), open: map[io.Closer]struct{}{}}
	relay.group.Go(relay.serve)

	return relay, nil
}

// URL is what git is to fetch. It is a secret as long as the relay runs.
func (r *Relay) URL() string { return "git://" + r.listener.Addr().String() + r.path }

// Complaint is what the server has last said beside its answers.
func (r *Relay) Complaint() string {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	return r.complaint
}

// Close ends the relay with all that passes through it.
func (r *Relay) Close() {
	_ = r.listener.Close()

	r.mutex.Lock()
	r.closed = true

	for connection := range r.open {
		_ = connection.Close()
	}

	r.mutex.Unlock()
	r.group.Wait()
}

func (r *Relay) serve() {
	for {
		git, err := r.listener.Accept()
		if err != nil {
			return
		}

		if !r.keep(git) {
			_ = git.Close()

			return
		}

		r.group.Go(func() {
			defer r.drop(git)

			r.pass(git)
		})
	}
}

// keep notes a connection that Close has to end, and returns false where that has happened already.
func (r *Relay) keep(git io.Closer) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	if !r.closed {
		r.open[git] = struct{}{}
	}

	return !r.closed
}

func (r *Relay) drop(git io.Closer) {
	_ = git.Close()

	r.mutex.Lock()
	defer r.mutex.Unlock()

	delete(r.open, git)
}

// pass connects one git with git-upload-pack on the server.
func (r *Relay) pass(git net.Conn) {
	_ = git.SetReadDeadline(time.Now().Add(helloTimeout))

	reader := bufio.NewReaderSize(git, helloBytes)
	if err := r.readHello(reader); err != nil {
		return
	}

	_ = git.SetReadDeadline(time.Time{})

	stream, err := r.connection.Upload()
	if err != nil {
		return
	}
	defer stream.Close()

	// It ends when git closes its side, which Close has it do at the latest.
	r.group.Go(func() {
		_, _ = io.Copy(stream, reader)
		_ = stream.WriteCloser.Close()
	})

	_, _ = io.Copy(git, stream)

	complaint := stream.Complaint()

	r.mutex.Lock()
	defer r.mutex.Unlock()

	if complaint != "" {
		r.complaint = complaint
	}
}

var errHello = errors.New("this is not what git says first")

// readHello reads git's first packet: what it wants, of which repository (gitprotocol-pack(5)).
func (r *Relay) readHello(reader io.Reader) error {
	const lengthBytes = 4

	header := make([]byte, lengthBytes)
	if _, err := io.ReadFull(reader, header); err != nil {
		return fmt.Errorf("read git's first packet: %w", err)
	}

	length, err := strconv.ParseUint(string(header), 16, 16)
	if err != nil || length < lengthBytes || length > helloBytes {
		return errHello
	}

	hello := make([]byte, length-lengthBytes)
	if _, err := io.ReadFull(reader, hello); err != nil {
		return fmt.Errorf("read git's first packet: %w", err)
	}

	command, _, _ := strings.Cut(string(hello), "\x00")
	if subtle.ConstantTimeCompare([]byte(command), []byte("git-upload-pack "+r.path)) != 1 {
		return errHello
	}

	return nil
}
