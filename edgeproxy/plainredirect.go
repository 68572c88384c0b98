package edgeproxy

import (
	"net/http"
	"net/url"
)

// cameBy is the scheme by which the visitor has come, as far as the peer is believed.
func (c *plainConn) cameBy() string { return schemeOf(c.said(), c.standing, c.secure != nil) }

// sentOn returns the origin to which the visitor is sent on; empty: the app answers.
func (c *plainConn) sentOn(r *route) string {
	if !r.https.redirect && r.redirectTo == "" {
		return ""
	}

	scheme, host := c.cameBy(), string(c.work.request.Host)

	if origin := r.https.originFor(scheme, host); origin != "" || r.redirectTo == "" {
		return origin
	}

	return r.otherOrigin(scheme, host)
}

// redirect sends the visitor on. net/http knows what to do with the body of such a request.
func (c *plainConn) redirect(r *route, origin string) turn {
	w := c.work

	target, err := url.ParseRequestURI(string(w.request.Target))
	if err != nil || w.request.ContentLength != 0 {
		return c.handOver()
	}

	if c.fresh {
		c.settle()
	}

	e := c.begin(r)
	e.status = http.StatusPermanentRedirect
	e.answer.beginOwn(e.started)

	w.used = w.request.Length
	ends := c.endsAfterAnswer()

	w.out = appendStatus(w.out[:0], e.status, nil)
	w.out = appendField(w.out, "Location", locationAt(origin, target))
	w.out = appendField(w.out, "Cache-Control", redirectLifetime)
	w.out = appendField(w.out, "Content-Length", "0")
	w.out = appendField(w.out, headerRequestID, e.id)
	w.out = appendField(w.out, "Date", now())

	if e.hsts != "" {
		w.out = appendField(w.out, headerHSTS, e.hsts)
	}

	if ends {
		w.out = appendField(w.out, "Connection", "close")
	}

	w.out = append(w.out, crlf...)
	_, err = c.client.Write(w.out)

	c.finish()

	if err != nil || ends {
		return turnEnd
	}

	return turnNext
}
