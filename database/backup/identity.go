package backup

import (
	"fmt"
	"os"
	"strings"

	"filippo.io/age"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// NewIdentity makes a private key that opens backups, and the public one to which they are encrypted.
func NewIdentity() (private, public string, err error) {
	made, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", fmt.Errorf("make a key for backups: %w", err)
	}

	return made.String(), made.Recipient().String(), nil
}

func (c Config) recipients() ([]age.Recipient, error) {
	recipients, err := age.ParseRecipients(strings.NewReader(strings.Join(c.Recipients, "\n")))
	if err != nil || len(recipients) == 0 {
		return nil, problem.New(problem.Invalid, "Set ZEITWORK_BACKUP_RECIPIENTS to the public key (age1…) to which backups are encrypted. "+
			"`zeitwork backup keygen` makes one, and its private key, which belongs elsewhere than the backups.")
	}

	return recipients, nil
}

func (c Config) identities() ([]age.Identity, error) {
	if c.Identity == "" {
		return nil, problem.New(problem.Invalid, "Name the file with the private key that opens the backups, as --identity or ZEITWORK_BACKUP_IDENTITY.")
	}

	file, err := os.Open(c.Identity)
	if err != nil {
		return nil, fmt.Errorf("read the private key of backups: %w", err)
	}

	defer func() { _ = file.Close() }()

	identities, err := age.ParseIdentities(file)
	if err != nil {
		return nil, problem.New(problem.Invalid, "%s has no private key of backups: such a file was printed by `zeitwork backup keygen`.", c.Identity)
	}

	return identities, nil
}
