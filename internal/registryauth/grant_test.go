package registryauth_test

import (
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/internal/secret"
)

func TestGrant_EntitlesToItsAccessUntilItIsOver(t *testing.T) {
	t.Parallel()

	key, now := secret.GenerateKey(), time.Now()
	access := registryauth.Repository("projects/one", registryauth.Push)

	grant, err := registryauth.NewGrant(key, access, now, time.Hour)
	require.NoError(t, err)

	verified, err := registryauth.VerifyGrant(secret.Keys{Current: key}, grant, now.Add(time.Hour-2*time.Second))
	require.NoError(t, err)
	require.Equal(t, access, verified)

	_, err = registryauth.VerifyGrant(secret.Keys{Current: key}, grant, now.Add(time.Hour+time.Second))
	require.ErrorIs(t, err, jwt.ErrTokenExpired)

	// While the platform's key is being changed, workers may still have the one before.
	_, err = registryauth.VerifyGrant(secret.Keys{Current: secret.GenerateKey(), Previous: key}, grant, now)
	require.NoError(t, err)
}

func TestGrant_Forged_IsRefused(t *testing.T) {
	t.Parallel()

	key, now := secret.GenerateKey(), time.Now()
	claims := jwt.MapClaims{"access": registryauth.Repository("projects/one", registryauth.Push), "exp": now.Add(time.Hour).Unix()}

	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, claims).SignedString(jwt.UnsafeAllowNoneSignatureType)
	require.NoError(t, err)

	otherKey, err := registryauth.NewGrant(secret.GenerateKey(), registryauth.Repository("projects/one"), now, time.Hour)
	require.NoError(t, err)

	// A registry token is public to whoever pulls: it must not serve as a grant.
	token, err := newSigner(t, key).Token("node", nil, now)
	require.NoError(t, err)

	for name, grant := range map[string]string{
		"empty": "", "no token": "canary", "unsigned": unsigned, "of another key": otherKey, "a registry token": token,
	} {
		_, err := registryauth.VerifyGrant(secret.Keys{Current: key}, grant, now)
		require.ErrorContains(t, err, "not valid", name)
	}
}

func TestGrant_WithoutEnd_IsRefused(t *testing.T) {
	t.Parallel()

	key := secret.GenerateKey()
	endless, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{}).SignedString(key.Derive("registry grant key"))
	require.NoError(t, err)

	_, err = registryauth.VerifyGrant(secret.Keys{Current: key}, endless, time.Now())
	require.ErrorIs(t, err, jwt.ErrTokenRequiredClaimMissing)
}
