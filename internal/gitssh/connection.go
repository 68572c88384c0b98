package gitssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

const (
	// complaintBytes is how much of a server's complaint is kept.
	complaintBytes = 4 << 10
	// handshakeTimeout bounds how long a server may take until it has let the key in.
	handshakeTimeout = 20 * time.Second
)

var (
	// ErrKeyRefused is the error for a server that does not let the key in.
	ErrKeyRefused = errors.New("the server does not accept the key")
	// ErrHandshake is the error for what answers and does not speak SSH, or not as it is spoken here.
	ErrHandshake = errors.New("the server cannot be spoken to")
)

// Dial connects to an address, such as that of a host and its port.
type Dial func(ctx context.Context, address string) (net.Conn, error)

// Connection is one to the server of a repository. The caller closes it.
type Connection struct {
	address Address
	client  *ssh.Client
}

// Open connects to the server of a repository, which has let the key in then. A server that sends nothing for as long as patience is given up, and the
// context ends the connection. The error is that of Trust, of dial, ErrKeyRefused or ErrHandshake.
func Open(ctx context.Context, dial Dial, address Address, identity Identity, patience time.Duration) (*Connection, error) {
	signer, err := ssh.ParsePrivateKey([]byte(identity.PrivateKey))
	if err != nil {
		return nil, errors.New("the deploy key cannot be read") // What the parser says may hold some of it.
	}

	raw, err := dial(ctx, address.Host)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", address.Host, err)
	}

	var refused error

	config := &ssh.ClientConfig{
		User: address.User, Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)}, ClientVersion: "SSH-2.0-zeitwork", HostKeyAlgorithms: identity.hostKeyAlgorithms(),
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			refused = identity.Trust(ctx, hostKey(key))

			return refused
		},
	}

	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	patient := &patientConn{Conn: raw, patience: min(patience, handshakeTimeout)}

	made, channels, requests, err := ssh.NewClientConn(patient, address.Host, config)

	switch {
	case err == nil:
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case refused != nil:
		err = refused
	case strings.Contains(err.Error(), "unable to authenticate"):
		err = ErrKeyRefused
	default:
		err = fmt.Errorf("%w: %w", ErrHandshake, err)
	}

	if err != nil {
		stop()

		return nil, errors.Join(err, raw.Close())
	}

	patient.set(patience)

	return &Connection{address: address, client: ssh.NewClient(made, channels, requests)}, nil
}

// Close ends the connection with all that is read over it.
func (c *Connection) Close() { _ = c.client.Close() }

// Stream is what git-upload-pack reads and writes.
type Stream struct {
	io.Reader
	io.WriteCloser

	session   *ssh.Session
	complaint *boundedBuffer
}

// Upload has the server run git-upload-pack for the repository, in version 2 of the protocol where it knows that.
func (c *Connection) Upload() (*Stream, error) {
	session, err := c.client.NewSession()
	if err != nil {
		return nil, fmt.Errorf("%w: open a session: %w", ErrHandshake, err)
	}

	stream := &Stream{session: session, complaint: &boundedBuffer{}}
	session.Stderr = stream.complaint

	// A server that does not let the variable through speaks an earlier version.
	_ = session.Setenv("GIT_PROTOCOL", "version=2")

	if stream.WriteCloser, err = session.StdinPipe(); err != nil {
		return nil, fmt.Errorf("open the input of git-upload-pack: %w", err)
	}

	if stream.Reader, err = session.StdoutPipe(); err != nil {
		return nil, fmt.Errorf("open the output of git-upload-pack: %w", err)
	}

	if err := session.Start(c.address.command()); err != nil {
		_ = session.Close()

		return nil, fmt.Errorf("%w: run git-upload-pack: %w", ErrHandshake, err)
	}

	return stream, nil
}

// Complaint is what the server has said beside its answer, for people. It waits for the end of git-upload-pack.
func (s *Stream) Complaint() string {
	_ = s.WriteCloser.Close()
	_ = s.session.Wait()

	return s.complaint.String()
}

// Close ends git-upload-pack.
func (s *Stream) Close() { _ = s.session.Close() }

// patientConn fails where the other end sends nothing for as long as its patience.
type patientConn struct {
	net.Conn

	mutex    sync.Mutex
	patience time.Duration
}

func (p *patientConn) set(patience time.Duration) {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	p.patience = patience
	// A read is under way, with the patience of before.
	_ = p.SetReadDeadline(time.Now().Add(patience))
}

func (p *patientConn) Read(data []byte) (int, error) {
	p.mutex.Lock()
	_ = p.SetReadDeadline(time.Now().Add(p.patience))
	p.mutex.Unlock()

	return p.Conn.Read(data)
}

// boundedBuffer keeps the beginning of what is written to it and drops the rest.
type boundedBuffer struct {
	mutex sync.Mutex
	text  []byte
}

func (b *boundedBuffer) Write(data []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	if room := complaintBytes - len(b.text); room > 0 {
		b.text = append(b.text, data[:min(room, len(data))]...)
	}

	return len(data), nil
}

func (b *boundedBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	return strings.ToValidUTF8(string(b.text), "�")
}
