// Package gitsshtest is an SSH server for tests, which has git serve bare repositories.
package gitsshtest

import (
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
)

// Server serves the repositories in its directory on loopback.
type Server struct {
	// Address is where it answers.
	Address string

	directory string

	mutex sync.Mutex
	// host is its key, and accepted the public keys that it lets in, as lines of authorized_keys.
	host     ssh.Signer
	accepted []string
	// earlier has it speak no version 2 of git's protocol.
	earlier  bool
	sessions int
}

// New returns a server for the bare repositories in a directory, which runs until the test ends.
func New(t *testing.T, directory string) *Server {
	t.Helper()

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)

	server := &Server{Address: listener.Addr().String(), directory: directory}
	server.NewHostKey(t)

	var group sync.WaitGroup

	group.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}

			t.Cleanup(func() { _ = connection.Close() })
			group.Go(func() { server.serve(connection) })
		}
	})
	t.Cleanup(func() { _ = listener.Close() })

	return server
}

// URL is that of a repository in the directory.
func (s *Server) URL(name string) string { return "ssh://git@" + s.Address + "/" + name }

// NewHostKey gives the server another key of its own, and returns its fingerprint.
func (s *Server) NewHostKey(t *testing.T) string {
	t.Helper()

	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)

	signer, err := ssh.NewSignerFromKey(private)
	require.NoError(t, err)

	s.mutex.Lock()
	defer s.mutex.Unlock()

	s.host = signer

	return ssh.FingerprintSHA256(signer.PublicKey())
}

// Accept has the server let in who has one of these keys, given as lines of authorized_keys, and nobody else.
func (s *Server) Accept(keys ...string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	s.accepted = keys
}

// SpeakEarlier has the server speak version 0 of git's protocol alone.
func (s *Server) SpeakEarlier() {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	s.earlier = true
}

// Sessions is how many sessions it has had.
func (s *Server) Sessions() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	return s.sessions
}

func (s *Server) config() *ssh.ServerConfig {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	accepted := s.accepted
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, shown ssh.PublicKey) (*ssh.Permissions, error) {
		for _, line := range accepted {
			if key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line)); err == nil && string(key.Marshal()) == string(shown.Marshal()) {
				return &ssh.Permissions{}, nil
			}
		}

		return nil, os.ErrPermission
	}}
	config.AddHostKey(s.host)

	return config
}

func (s *Server) serve(raw net.Conn) {
	connection, channels, requests, err := ssh.NewServerConn(raw, s.config())
	if err != nil {
		_ = raw.Close()

		return
	}
	defer func() { _ = connection.Close() }()

	go ssh.DiscardRequests(requests)

	for offered := range channels {
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}

		go s.session(channel, requests)
	}
}

func (s *Server) session(channel ssh.Channel, requests <-chan *ssh.Request) {
	defer func() { _ = channel.Close() }()

	var environment []string

	for request := range requests {
		var payload struct{ Name, Value string }

		switch request.Type {
		case "env":
			_ = ssh.Unmarshal(request.Payload, &payload)

			s.mutex.Lock()
			known := payload.Name == "GIT_PROTOCOL" && !s.earlier
			s.mutex.Unlock()

			if known {
				environment = append(environment, payload.Name+"="+payload.Value)
			}

			_ = request.Reply(known, nil)
		case "exec":
			_ = request.Reply(true, nil)

			var command struct{ Text string }

			_ = ssh.Unmarshal(request.Payload, &command)
			status := s.upload(channel, command.Text, environment)
			_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{status}))

			return
		default:
			_ = request.Reply(false, nil)
		}
	}
}

func (s *Server) upload(channel ssh.Channel, text string, environment []string) uint32 {
	s.mutex.Lock()
	s.sessions++
	s.mutex.Unlock()

	path, ok := strings.CutPrefix(text, "git-upload-pack '/")
	if path = strings.TrimSuffix(path, "'"); !ok || strings.ContainsAny(path, `'\`) {
		_, _ = channel.Stderr().Write([]byte("unknown command: " + text + "\n"))

		return 1
	}

	command := exec.Command("git", "upload-pack", filepath.Join(s.directory, filepath.Clean("/"+path)))
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "GIT_CONFIG_COUNT=2",
		"GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*", "GIT_CONFIG_KEY_1=uploadpack.allowAnySHA1InWant", "GIT_CONFIG_VALUE_1=true"}, environment...)
	command.Stdout, command.Stderr = channel, channel.Stderr()

	// A pipe, since Run would wait for the client to end its side.
	input, err := command.StdinPipe()
	if err != nil {
		return 1
	}

	go func() {
		_, _ = io.Copy(input, channel)
		_ = input.Close()
	}()

	if err := command.Run(); err != nil {
		return 1
	}

	return 0
}
