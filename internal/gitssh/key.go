package gitssh

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"log/slog"
	"strings"

	"golang.org/x/crypto/ssh"
)

// GenerateKey makes a key: its private part in OpenSSH's format, and its public part as a line of authorized_keys with the comment.
func GenerateKey(comment string) (private, public string, err error) {
	publicKey, privateKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", "", fmt.Errorf("make a key: %w", err)
	}

	block, err := ssh.MarshalPrivateKey(privateKey, comment)
	if err != nil {
		return "", "", fmt.Errorf("write the private key: %w", err)
	}

	shown, err := ssh.NewPublicKey(publicKey)
	if err != nil {
		return "", "", fmt.Errorf("write the public key: %w", err)
	}

	return string(pem.EncodeToMemory(block)), line(shown) + " " + comment, nil
}

// HostKey is the public key of a host.
type HostKey struct {
	// Line is its type and the key in base64, as in known_hosts.
	Line string
	// Fingerprint is SHA256: and the hash in base64, as ssh shows it.
	Fingerprint string
}

func hostKey(key ssh.PublicKey) HostKey { return HostKey{line(key), ssh.FingerprintSHA256(key)} }

func line(key ssh.PublicKey) string { return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))) }

// Identity is how a repository is read.
type Identity struct {
	// PrivateKey is as GenerateKey makes it.
	PrivateKey string
	// KnownHost is the line of the key that the host had before; empty where it is not known yet.
	KnownHost string
	// Trust is asked about the key that the host shows, before the host is shown anything. An error keeps it from that.
	Trust func(ctx context.Context, shown HostKey) error
}

// String leaves the private key out of texts.
func (i Identity) String() string { return "[deploy key]" }

// GoString leaves the private key out of what %#v prints.
func (i Identity) GoString() string { return i.String() }

// LogValue leaves the private key out of logs.
func (i Identity) LogValue() slog.Value { return slog.StringValue(i.String()) }

// hostKeyAlgorithms are those of the key that is known: a host with several keys is asked for that one. Nil for all.
func (i Identity) hostKeyAlgorithms() []string {
	kind, _, _ := strings.Cut(i.KnownHost, " ")

	switch kind {
	case "":
		return nil
	case ssh.KeyAlgoRSA:
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	default:
		return []string{kind}
	}
}
