package fakegithub

import (
	"crypto/rsa"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// longestAppToken is how long an app's JWT may be good for.
const longestAppToken = 10 * time.Minute

// authenticate finds out who calls. It returns an answer where the caller is nobody that it says to be.
func (c *call) authenticate() *answer {
	header := c.r.Header.Get("Authorization")
	if header == "" {
		return nil
	}

	scheme, text, _ := strings.Cut(header, " ")
	if strings.EqualFold(scheme, "basic") {
		return nil // What takes an app's client secret looks at it itself.
	}

	if !strings.EqualFold(scheme, "bearer") && !strings.EqualFold(scheme, "token") {
		return unauthorized()
	}

	if strings.Count(text, ".") == 2 { //nolint:mnd // A JWT has three parts.
		return c.authenticateApp(text)
	}

	t := c.tokens[text]
	if t == nil || !c.now().Before(t.expires) {
		return unauthorized()
	}

	if t.installation != nil && !t.installation.suspended.IsZero() {
		return failure(http.StatusForbidden, "This installation has been suspended")
	}

	c.token = t

	return nil
}

// authenticateApp checks a JWT that an app has signed.
func (c *call) authenticateApp(text string) *answer {
	claims := jwt.RegisteredClaims{}

	var found *app

	_, err := jwt.ParseWithClaims(text, &claims, func(*jwt.Token) (any, error) {
		number, _ := strconv.ParseInt(claims.Issuer, 10, 64)

		found = c.findApp(func(a *app) bool { return a.ID == number || a.ClientID == claims.Issuer })
		if found == nil {
			return nil, errors.New("no such app")
		}

		return found.key.Public().(*rsa.PublicKey), nil //nolint:forcetypeassert // The key is RSA.
	}, jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}), jwt.WithoutClaimsValidation())

	switch {
	case found == nil && err != nil:
		return failure(http.StatusNotFound, "Integration not found")
	case err != nil:
		return failure(http.StatusUnauthorized, "A JSON web token could not be decoded")
	case claims.IssuedAt == nil || claims.IssuedAt.After(c.now()):
		return failure(http.StatusUnauthorized, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued.")
	case claims.ExpiresAt == nil || !claims.ExpiresAt.After(c.now()):
		return failure(http.StatusUnauthorized,
			"'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires.")
	case claims.ExpiresAt.After(c.now().Add(longestAppToken)):
		return failure(http.StatusUnauthorized, "'Expiration time' claim ('exp') is too far in the future")
	}

	c.app = found

	return nil
}

// asApp wraps what only an app may ask.
func asApp(handle handler) handler {
	return func(c *call) *answer {
		if c.app == nil {
			return failure(http.StatusUnauthorized, "A JSON web token could not be decoded")
		}

		return handle(c)
	}
}

// asInstallation wraps what only an installation may ask.
func asInstallation(handle handler) handler {
	return func(c *call) *answer {
		if c.token == nil || c.token.installation == nil {
			return failure(http.StatusForbidden, "You must authenticate with an installation access token in order to list repositories for an installation.")
		}

		return handle(c)
	}
}

// asUser wraps what only a user may ask.
func asUser(handle handler) handler {
	return func(c *call) *answer {
		switch {
		case c.token == nil:
			return failure(http.StatusUnauthorized, "Requires authentication")
		case c.token.user == nil:
			return notAccessible()
		}

		return handle(c)
	}
}
