package github

import (
	"context"
	"errors"
	"time"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// Device is a program that waits for somebody to type its code on GitHub.
type Device struct {
	// code is what the program asks with; it is a secret.
	code string
	// UserCode is what to type at VerificationURL.
	UserCode        string
	VerificationURL string
	Expires         time.Time
	// Interval is how long to wait before the next question. GitHub makes it longer for a program that asks too often.
	Interval time.Duration
}

// slowDown is what GitHub wants added to the interval where it does not say.
const slowDown = 5 * time.Second

// BeginDevice starts a sign-in without a browser.
func (a *App) BeginDevice(ctx context.Context) (*Device, error) {
	answer := struct {
		exchanged

		DeviceCode      string `json:"device_code"`
		UserCode        string `json:"user_code"`
		VerificationURI string `json:"verification_uri"`
	}{}

	if err := a.postInto(ctx, "/login/device/code", nil, &answer); err != nil {
		return nil, err
	}

	if answer.Error != "" {
		return nil, answer.problem()
	}

	if answer.DeviceCode == "" {
		return nil, (&Error{Reason: Unavailable, Detail: "the answer to a sign-in has no device code"}).problem()
	}

	return &Device{
		code: answer.DeviceCode, UserCode: answer.UserCode, VerificationURL: answer.VerificationURI, Interval: time.Duration(answer.Interval) * time.Second,
		Expires: a.client.now().Add(time.Duration(answer.ExpiresIn) * time.Second),
	}, nil
}

// ErrPending says that nobody has typed the device's code yet: ask again after its interval.
var ErrPending = errors.New("nobody has typed the code yet")

// PollDevice asks once whether somebody has typed the code. It notes in the device where GitHub wants it to ask less often.
func (a *App) PollDevice(ctx context.Context, device *Device) (UserToken, error) {
	answer, err := a.post(ctx, "/login/oauth/access_token", map[string]string{
		"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": device.code,
	})
	if err != nil {
		return UserToken{}, err
	}

	switch answer.Error {
	case "":
	case "authorization_pending":
		return UserToken{}, ErrPending
	case "slow_down":
		device.Interval = max(device.Interval+slowDown, time.Duration(answer.Interval)*time.Second)

		return UserToken{}, ErrPending
	case "expired_token":
		return UserToken{}, problem.Wrap(&Error{Reason: Unauthorized, Detail: answer.Error}, problem.Unauthorized,
			"Nobody has typed the code in time. Sign in again for a new one.")
	default:
		return UserToken{}, answer.problem()
	}

	if answer.AccessToken == "" {
		return UserToken{}, (&Error{Reason: Unavailable, Detail: "the answer to a sign-in has no token"}).problem()
	}

	return answer.token(a.client.now()), nil
}
