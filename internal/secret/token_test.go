package secret_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/secret"
)

func TestNewToken_IsPrefixedAndNeverTheSame(t *testing.T) {
	t.Parallel()

	one, two := secret.NewToken("zwu_"), secret.NewToken("zwu_")
	require.NotEqual(t, one, two)
	// 26 letters and digits of base32 carry 130 bits.
	require.Regexp(t, `^zwu_[A-Z2-7]{26,}$`, one)
}

func TestHashToken_IsSHA256(t *testing.T) {
	t.Parallel()

	// The example of FIPS 180-4.
	require.Equal(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", hex.EncodeToString(secret.HashToken("abc")))
}
