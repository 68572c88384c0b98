package daemon

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// databaseOwner is the user that the server runs as. Postgres refuses to run as root.
type databaseOwner struct {
	name string
	// credential is nil when the server runs as the user of this process.
	credential *syscall.Credential
}

func databaseUser() (databaseOwner, error) {
	if os.Geteuid() != 0 {
		return databaseOwner{}, nil
	}

	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}

		uid, uidErr := strconv.ParseUint(account.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(account.Gid, 10, 32)

		if err := errors.Join(uidErr, gidErr); err != nil {
			return databaseOwner{}, fmt.Errorf("read the ids of the user %s: %w", name, err)
		}

		return databaseOwner{name: name, credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}

	return databaseOwner{}, errors.New("Postgres refuses to run as root, and this machine has neither a user postgres nor nobody; " +
		"install the Debian package postgresql")
}

// own makes the user the owner of the file.
func (o databaseOwner) own(path string) error {
	if o.credential == nil {
		return nil
	}

	if err := os.Chown(path, int(o.credential.Uid), int(o.credential.Gid)); err != nil {
		return fmt.Errorf("give a file to the user %s: %w", o.name, err)
	}

	return nil
}
