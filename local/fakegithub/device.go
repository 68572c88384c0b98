package fakegithub

import (
	"crypto/rand"
	"net/http"
	"strings"
	"time"
)

const (
	deviceGrantType = "urn:ietf:params:oauth:grant-type:device_code"
	deviceLifetime  = 15 * time.Minute
	deviceInterval  = 5 * time.Second
	// slowDown is what a program that asks too often has to add to its interval.
	slowDown = 5 * time.Second
)

// deviceGrant is a device that waits for somebody to type its code.
type deviceGrant struct {
	app      *app
	userCode string
	expires  time.Time
	// interval is how long the program has to wait between questions, and asked when it last asked.
	interval time.Duration
	asked    time.Time
	user     *account
	denied   bool
}

// beginDevice gives a program a code to ask with and one to show.
func (v *visit) beginDevice() result {
	a := v.appOfClient(v.parameters().Get("client_id"))

	switch {
	case a == nil:
		return oauthError("incorrect_client_credentials", "The client_id is not valid.")
	case !a.deviceFlow:
		return oauthError("device_flow_disabled", "Device Flow must be explicitly enabled for this App")
	}

	const half = 4

	text := rand.Text()
	device := &deviceGrant{
		app: a, userCode: text[:half] + "-" + text[half:half+half], expires: v.now().Add(deviceLifetime), interval: deviceInterval, asked: v.now(),
	}
	code := secretText()
	v.devices[code] = device

	return result{json: object{
		"device_code": code, "user_code": device.userCode, "verification_uri": v.base + "/login/device", "expires_in": int(deviceLifetime.Seconds()),
		"interval": int(deviceInterval.Seconds()),
	}}
}

// askForDevice shows the page where somebody types the code.
func (v *visit) askForDevice() result {
	return show("device.html", object{"Code": v.r.URL.Query().Get("user_code"), "Users": v.users(), "Said": ""})
}

func (v *visit) authorizeDevice() result {
	typed := strings.ToUpper(strings.TrimSpace(v.r.PostForm.Get("user_code")))
	user := v.user()

	for _, device := range v.devices {
		if device.userCode != typed || !v.now().Before(device.expires) || device.user != nil || device.denied || user == nil {
			continue
		}

		if v.r.PostForm.Get("decision") == "cancel" {
			device.denied = true

			return sorry(http.StatusOK, "The device was not connected.")
		}

		device.user = user

		return sorry(http.StatusOK, "Congratulations, you're all set! Your device is now connected.")
	}

	shown := show("device.html", object{"Code": typed, "Users": v.users(), "Said": "The code is not one that a device waits with."})
	shown.status = http.StatusUnprocessableEntity

	return shown
}

// exchangeDevice answers a program that asks whether somebody has typed its code.
func (v *visit) exchangeDevice(a *app, code string) result {
	device := v.devices[code]

	switch {
	case device == nil || device.app != a:
		return oauthError("incorrect_device_code", "The device_code provided is not valid.")
	case !v.now().Before(device.expires):
		return oauthError("expired_token", "This 'device_code' has expired.")
	}

	early := v.now().Sub(device.asked) < device.interval
	device.asked = v.now()

	switch {
	case early:
		device.interval += slowDown
		slower := oauthError("slow_down", "Too many requests have been made in the same timeframe.")
		slower.json.(object)["interval"] = int(device.interval.Seconds()) //nolint:forcetypeassert // oauthError makes it.

		return slower
	case device.denied:
		delete(v.devices, code)

		return oauthError("access_denied", "The authorization request was denied.")
	case device.user == nil:
		return oauthError("authorization_pending", "The authorization request is still pending.")
	}

	delete(v.devices, code)

	return v.issue(v.addUserToken(device.user, a))
}
