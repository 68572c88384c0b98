package api

// CreateDeviceLoginInput begins to sign a program in.
//
//nolint:lll // One field a line, with its documentation.
type CreateDeviceLoginInput struct {
	Body struct {
		Machine string `doc:"What the machine calls itself: its user sees the name when they decide, and the token is named for it." json:"machine" maxLength:"100" minLength:"1" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]+$" patternDescription:"text of one line without control characters"`
	}
}

// DeviceLogin is what a program needs to be signed in.
type DeviceLogin struct {
	DeviceCode              string `doc:"What the program asks with. Nobody else may see it."     json:"device_code"`
	UserCode                string `doc:"What the user types, as it is to be shown."              example:"BCDF-GHJK" json:"user_code"`
	VerificationURI         string `doc:"The page where the user types it."                       json:"verification_uri"`
	VerificationURIComplete string `doc:"The same page with the code filled in."                  json:"verification_uri_complete"`
	ExpiresIn               int    `doc:"For how many seconds the user can decide."               json:"expires_in"`
	Interval                int    `doc:"How many seconds the program waits before it asks again." json:"interval"`
}

// DeviceLoginOutput is what a program needs to be signed in.
type DeviceLoginOutput struct{ Body DeviceLogin }

// CreateDeviceTokenInput asks whether the user has decided.
type CreateDeviceTokenInput struct {
	Body struct {
		DeviceCode string `json:"device_code" maxLength:"100" minLength:"1"`
	}
}

// The states of a device login, as a program is told.
const (
	devicePending  = "pending"
	deviceSlowDown = "slow_down"
	deviceDenied   = "denied"
	deviceExpired  = "expired"
	deviceSignedIn = "signed_in"
)

// DeviceToken says how far a device login is.
//
//nolint:lll // One field a line, with its documentation.
type DeviceToken struct {
	State    string    `doc:"pending: ask again after interval. slow_down: the same, and this was too soon. denied and expired: begin anew, if at all; expired also after the token was handed out." enum:"pending,slow_down,denied,expired,signed_in" json:"state"`
	Interval int       `doc:"How many seconds the program waits before it asks again." json:"interval,omitempty"`
	Token    *NewToken `doc:"Once the user has let the program in: its token, this once." json:"token,omitempty"`
}

// DeviceTokenOutput says how far a device login is.
type DeviceTokenOutput struct{ Body DeviceToken }
