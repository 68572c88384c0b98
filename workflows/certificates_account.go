package workflows

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/authority"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/id"
)

// account returns the platform's account with the authority, and makes it where there is none. Its key is stored before the authority hears of it.
func (o *ordering) account(ctx context.Context) (authority.Account, error) {
	var (
		row  database.AcmeAccount
		text string
	)

	err := database.InTx(ctx, o.pool, func(_ pgx.Tx, queries *database.Queries) error {
		var err error
		if row, err = queries.PutAcmeAccount(ctx, id.New(), o.authority.Directory()); err != nil {
			return err
		}

		about := keyring.Secret{Kind: "acme_account_key", SubjectID: row.ID}

		text, err = o.keyring.Secret(ctx, queries, about)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}

		if text, err = newCertificateKey(); err != nil {
			return err
		}

		return o.keyring.PutSecret(ctx, queries, about, text)
	})
	if err != nil {
		return authority.Account{}, fmt.Errorf("read the account with the authority: %w", err)
	}

	key, err := parseCertificateKey(text)
	if err != nil {
		return authority.Account{}, err
	}

	account := authority.Account{Key: key, URL: lo.FromPtr(row.AccountURL)}
	if account.URL != "" {
		return account, nil
	}

	if account.URL, err = o.authority.Register(ctx, key); err != nil {
		return account, atAuthority(err)
	}

	return account, database.New(o.pool).SetAcmeAccountURL(ctx, account.URL, row.ID)
}

// newCertificateKey makes a private key, as PEM.
func newCertificateKey() (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}

	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", fmt.Errorf("encode a key: %w", err)
	}

	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

func parseCertificateKey(text string) (crypto.Signer, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("a stored key is no PEM")
	}

	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read a stored key: %w", err)
	}

	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a stored key is a %T", key)
	}

	return signer, nil
}
