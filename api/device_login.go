package api

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

const (
	devicePath = "/device"
	// deviceLifetime is for how long the user can decide, and pollInterval how long a program waits before it asks again, at first.
	deviceLifetime = 15 * time.Minute
	pollInterval   = 5
	// userCodeLetters leaves out vowels, so that no code is a word, and what is easily mistaken (RFC 8628, 6.1). Eight of them hold 34 bits, which nobody
	// guesses in fifteen minutes: whoever tries is signed in, and bounded.
	userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ"
	userCodeLength  = 8
	// deviceTokenDays is how long the token of a program is good for.
	deviceTokenDays = 365
	// maxUserCodeTries is how many codes are tried that others have.
	maxUserCodeTries = 5
)

func (s *service) createDeviceLogin(ctx context.Context, input *CreateDeviceLoginInput) (*DeviceLoginOutput, error) {
	device := newNonce()

	for range maxUserCodeTries {
		code := newUserCode()

		made, err := s.queries.CreateDeviceLogin(ctx, database.CreateDeviceLoginParams{
			ID: id.New(), DeviceHash: secret.HashToken(device), UserCode: code, Machine: input.Body.Machine, Address: clientIn(ctx).String(),
			Lifetime: deviceLifetime,
		})
		if err != nil {
			return nil, err
		}

		if made == 1 {
			shown := showUserCode(code)

			return &DeviceLoginOutput{Body: DeviceLogin{
				DeviceCode: device, UserCode: shown, VerificationURI: s.config.at(devicePath),
				VerificationURIComplete: s.config.at(devicePath + "?" + url.Values{"user_code": {shown}}.Encode()),
				ExpiresIn:               int(deviceLifetime.Seconds()), Interval: pollInterval,
			}}, nil
		}
	}

	return nil, errors.New("no code for a device is free")
}

func (s *service) createDeviceToken(ctx context.Context, input *CreateDeviceTokenInput) (*DeviceTokenOutput, error) {
	output := &DeviceTokenOutput{}

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		row, err := queries.LockDeviceLogin(ctx, secret.HashToken(input.Body.DeviceCode))
		if row, err = found(row, err, "device code"); err != nil {
			return err
		}

		output.Body, err = pollDevice(ctx, queries, row)

		return err
	})
}

// pollDevice answers a program whose device login is locked.
func pollDevice(ctx context.Context, queries *database.Queries, row database.LockDeviceLoginRow) (DeviceToken, error) {
	login := row.DeviceLogin

	switch {
	case row.IsEarly:
		interval := login.IntervalSeconds + pollInterval

		return DeviceToken{State: deviceSlowDown, Interval: int(interval)}, queries.NoteDevicePoll(ctx, interval, login.ID)
	case login.FetchedAt != nil || row.IsExpired:
		return DeviceToken{State: deviceExpired}, nil
	case login.Approved == nil:
		return DeviceToken{State: devicePending, Interval: int(login.IntervalSeconds)}, queries.NoteDevicePoll(ctx, login.IntervalSeconds, login.ID)
	case !*login.Approved:
		return DeviceToken{State: deviceDenied}, nil
	}

	if err := queries.FetchDeviceLogin(ctx, login.ID); err != nil {
		return DeviceToken{}, err
	}

	made, err := storeToken(ctx, queries, database.CreateTokenParams{
		ID: id.New(), Kind: userKind, Name: login.Machine, UserID: login.UserID, ExpiresAt: new(time.Now().Add(deviceTokenDays * day)),
	})
	if err != nil {
		return DeviceToken{}, err
	}

	who := caller{tokenID: made.Body.ID, kind: userKind, userID: *login.UserID}

	return DeviceToken{State: deviceSignedIn, Token: &made.Body}, auditAs(ctx, queries, who, nil,
		tokenEvent("token.create", made.Body.ID, map[string]any{"token": login.Machine, "device_login_id": login.ID}))
}

// waitingDevice returns the device login with a code that somebody has typed, if nobody has decided about it.
func (s *service) waitingDevice(ctx context.Context, typed string) (database.DeviceLogin, error) {
	login, err := s.queries.FindDeviceLogin(ctx, readUserCode(typed))
	if errors.Is(err, pgx.ErrNoRows) {
		err = problem.New(problem.NotFound, "No program waits with this code: it was mistyped, was used, or is older than 15 minutes. Look at the program again.")
	}

	return login, err
}

// decide lets a program in as the caller, or does not. It can be done once.
func (s *service) decide(ctx context.Context, who caller, login database.DeviceLogin, approved bool) error {
	return s.inTx(ctx, func(queries *database.Queries) error {
		decided, err := queries.DecideDeviceLogin(ctx, who.userID, approved, login.ID)
		if err != nil {
			return err
		}

		if decided == 0 {
			return problem.New(problem.Conflict, "Somebody has decided about this program already, or it has waited for too long.")
		}

		action := "device_login.deny"
		if approved {
			action = "device_login.approve"
		}

		return auditAs(ctx, queries, who, nil, AuditEvent{
			Action: action, SubjectType: "device_login", SubjectID: login.ID, Details: map[string]any{"machine": login.Machine, "address": login.Address},
		})
	})
}

func newUserCode() string {
	bytes := make([]byte, userCodeLength)

	for i := range bytes {
		bytes[i] = userCodeLetters[randomBelow(len(userCodeLetters))]
	}

	return string(bytes)
}

// randomBelow returns a random number below n, of at most 256, each as likely.
func randomBelow(n int) int {
	const values = 256

	one := make([]byte, 1)

	for {
		_, _ = rand.Read(one) // It never fails.

		if number := int(one[0]); number < values-values%n {
			return number % n
		}
	}
}

func showUserCode(code string) string { return code[:userCodeLength/2] + "-" + code[userCodeLength/2:] }

// readUserCode reads a code as it was typed: in any case, with or without its hyphen.
func readUserCode(typed string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(userCodeLetters, r) {
			return r
		}

		return -1
	}, strings.ToUpper(typed))
}
