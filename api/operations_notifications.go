package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

//nolint:lll // One text a line.
func (s *service) registerNotifications(api huma.API) {
	const all, one = "/v1/organisations/{organisation_id}/notification-channels", "/v1/organisations/{organisation_id}/notification-channels/{channel_id}"

	huma.Register(api, get(tagNotifications, developerOf(organisationSubject()), "list-notification-channels", all, text{
		"List notification channels", "Where an organisation is told of deployments that fail and of environments that work again, newest first.",
	}), s.listNotificationChannels)
	huma.Register(api, also(create(tagNotifications, developerOf(organisationSubject()), "create-notification-channel", all, text{
		"Add a notification channel", "It is told of each deployment that fails, and of the next one that goes live in the same environment. What is superseded or cancelled is told to nobody. " +
			"Messages come at least once: one that comes twice has the same id, which is the Message-ID of a mail and the webhook-id of a webhook. Webhooks are signed as Standard Webhooks has it, " +
			"with the key that the answer holds this once. A name that another channel has is a conflict. " +
			"The owner of an e-mail address that is not the verified address of a member is asked first, and gets nothing else before it has confirmed.",
	}), http.StatusConflict, http.StatusTooManyRequests), s.createNotificationChannel)
	huma.Register(api, also(operation(tagNotifications, developerOf(organisationSubject()), http.MethodPatch, http.StatusOK, "update-notification-channel", one, text{
		"Change a notification channel", "Changes what the body names and leaves the rest. One with another address is broken no longer, until that takes no message either. " +
			"The owner of another e-mail address is asked first, as with create-notification-channel.",
	}), http.StatusConflict, http.StatusTooManyRequests), s.updateNotificationChannel)
	huma.Register(api, remove(tagNotifications, developerOf(organisationSubject()), "delete-notification-channel", one, text{
		"Remove a notification channel", "Messages that wait to be delivered are dropped.",
	}), s.deleteNotificationChannel)
	huma.Register(api, also(create(tagNotifications, developerOf(organisationSubject()), "rotate-notification-channel-key", one+"/rotate-key", text{
		"Replace the key of a webhook", "The answer holds the new key, this once. For 24 hours messages carry two signatures, of the new key and of the one before, with a space between them, " +
			"as Standard Webhooks has it: a receiver that knows either key takes them. A key that was replaced earlier signs nothing any more. A channel of another kind has no key, and is a conflict.",
	}), http.StatusConflict), s.rotateNotificationChannelKey)
	huma.Register(api, also(operation(tagNotifications, developerOf(organisationSubject()), http.MethodPost, http.StatusAccepted, "resend-notification-confirmation",
		one+"/resend-confirmation", text{
			"Ask an e-mail address once more", "Its owner is sent another message with a link, valid for 7 days, that leads to a page on which messages are confirmed. An address is asked " +
				"3 times in a day, and an organisation asks 20 times. A channel that waits for no confirmation, and an address whose owner had the messages stopped, are a conflict.",
		}), http.StatusConflict, http.StatusTooManyRequests), s.resendConfirmation)
	huma.Register(api, also(operation(tagNotifications, developerOf(organisationSubject()), http.MethodPost, http.StatusAccepted, "test-notification-channel", one+"/test", text{
		"Send a test message", "The message is sent once and not tried again; list-notification-deliveries tells how it went. An organisation can send 20 in an hour. " +
			"A channel that waits for a confirmation gets none, and is a conflict.",
	}), http.StatusConflict, http.StatusTooManyRequests), s.testNotificationChannel)
	huma.Register(api, get(tagNotifications, developerOf(organisationSubject()), "list-notification-deliveries", one+"/deliveries", text{
		"List what a channel was told", "The messages to a channel, newest first, with how each was delivered. They are kept as long as deployments that have ended.",
	}), s.listNotificationDeliveries)
}
