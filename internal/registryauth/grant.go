package registryauth

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/zeitwork/zeitwork/internal/secret"
)

// GrantUser is the basic user name that goes with a grant as the password.
const GrantUser = "grant"

// NodeUser is the basic user name that goes with a node token as the password.
const NodeUser = "node"

type grantClaims struct {
	Access Access `json:"access"`
	jwt.RegisteredClaims
}

// NewGrant returns a password that entitles whoever holds it to ask for tokens with that access until lifetime after
// now. Only api and workers, which hold the platform's key, can make one.
func NewGrant(key secret.Key, access Access, now time.Time, lifetime time.Duration) (string, error) {
	grant, err := jwt.NewWithClaims(jwt.SigningMethodHS256, grantClaims{
		Access:           access,
		RegisteredClaims: jwt.RegisteredClaims{ExpiresAt: jwt.NewNumericDate(now.Add(lifetime))},
	}).SignedString(grantKey(key))
	if err != nil {
		return "", fmt.Errorf("sign a registry grant: %w", err)
	}

	return grant, nil
}

// VerifyGrant returns the access that a grant entitles to, or an error when it is forged or over. Both of the platform's keys may have made it.
func VerifyGrant(keys secret.Keys, grant string, now time.Time) (Access, error) {
	claims := grantClaims{}
	verifiers := jwt.VerificationKeySet{}

	for _, key := range keys.All() {
		verifiers.Keys = append(verifiers.Keys, grantKey(key))
	}

	_, err := jwt.ParseWithClaims(grant, &claims, func(*jwt.Token) (any, error) { return verifiers, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(func() time.Time { return now }))
	if err != nil {
		return Access{}, errors.Join(errors.New("the registry grant is not valid"), err)
	}

	return claims.Access, nil
}

func grantKey(key secret.Key) []byte { return key.Derive("registry grant key") }
