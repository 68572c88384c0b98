package workflows

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
)

const (
	// ExpiresSoon is how long before its end people are warned of a certificate that nothing renews.
	ExpiresSoon = 21 * 24 * time.Hour

	// ticketKeyEvery is how often edges get a new key for session tickets, and ticketKeysKept how many they have: a session can be taken up again for
	// two to three times as long.
	ticketKeyEvery = 12 * time.Hour
	ticketKeysKept = 3
	ticketKeyBytes = 32
)

// CertificateKey names the private key of a certificate. It belongs to no organisation: edges get the keys of all.
func CertificateKey(certificate uuid.UUID) keyring.Secret {
	return keyring.Secret{Kind: "certificate_key", SubjectID: certificate}
}

// nextCertificateKey names the private key of the certificate that takes the place of one, or is its first.
func nextCertificateKey(certificate uuid.UUID) keyring.Secret {
	return keyring.Secret{Kind: "certificate_next_key", SubjectID: certificate}
}

func ticketKeys() keyring.Secret {
	// The platform's own, which belongs to no row.
	return keyring.Secret{Kind: "session_ticket_keys", SubjectID: uuid.Nil}
}

// ChangeCertificates makes a new version of what edges end TLS with; they hear of it when the transaction commits.
func ChangeCertificates(ctx context.Context, queries *database.Queries) error {
	_, err := changeCertificates(ctx, queries)

	return err
}

// changeCertificates is ChangeCertificates, and returns the version for the rows that have changed.
func changeCertificates(ctx context.Context, queries *database.Queries) (int64, error) {
	version, err := queries.NextCertificateVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("count the version of the certificates up: %w", err)
	}

	return version, queries.Notify(ctx, database.ChannelCertificates, "")
}

// PutUploadedCertificate stores a certificate of a domain's owner in the place of the one that the domain had. The queries are those of a transaction.
func PutUploadedCertificate(
	ctx context.Context, queries *database.Queries, keys *keyring.Keyring, params database.PutUploadedCertificateParams, key string,
) error {
	var err error
	if params.Version, err = changeCertificates(ctx, queries); err != nil {
		return err
	}

	stored, err := queries.PutUploadedCertificate(ctx, params)
	if err != nil {
		return fmt.Errorf("store the certificate: %w", err)
	}

	return keys.PutSecret(ctx, queries, CertificateKey(stored), key)
}

// PutPlatformCertificate stores a certificate of a hostname of the platform's own in the place of the one that it had. The queries are those of a transaction.
func PutPlatformCertificate(
	ctx context.Context, queries *database.Queries, keys *keyring.Keyring, params database.PutPlatformCertificateParams, key string,
) error {
	var err error
	if params.Version, err = changeCertificates(ctx, queries); err != nil {
		return err
	}

	stored, err := queries.PutPlatformCertificate(ctx, params)
	if err != nil {
		return fmt.Errorf("store the certificate: %w", err)
	}

	return keys.PutSecret(ctx, queries, CertificateKey(stored), key)
}

// TicketKeys returns the keys with which edges seal session tickets, in base64, the newest first. There is none until a worker has made one.
func TicketKeys(ctx context.Context, queries *database.Queries, keys *keyring.Keyring) ([]string, error) {
	kept, err := keys.Secret(ctx, queries, ticketKeys())
	if errors.Is(err, pgx.ErrNoRows) {
		return []string{}, nil
	}

	if err != nil {
		return nil, fmt.Errorf("open the keys of session tickets: %w", err)
	}

	return strings.Fields(kept), nil
}

// rotateTicketKeys makes a new key for session tickets where the last one is old, and forgets the oldest.
func (w *Worker) rotateTicketKeys(ctx context.Context) error {
	return database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		mine, err := queries.TakeTicketKeyTurn(ctx, ticketKeyEvery)
		if err != nil || mine == 0 {
			return err
		}

		kept, err := TicketKeys(ctx, queries, w.keyring)
		if err != nil {
			return err
		}

		fresh := make([]byte, ticketKeyBytes)
		// crypto/rand.Read never returns an error.
		_, _ = rand.Read(fresh)

		kept = append([]string{base64.StdEncoding.EncodeToString(fresh)}, kept...)
		kept = kept[:min(len(kept), ticketKeysKept)]

		if err := w.keyring.PutSecret(ctx, queries, ticketKeys(), strings.Join(kept, "\n")); err != nil {
			return err
		}

		return ChangeCertificates(ctx, queries)
	})
}
