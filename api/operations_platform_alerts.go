package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

//nolint:lll // One text a line.
func (s *service) registerPlatformAlerts(api huma.API) {
	const all, one = "/v1/platform/notification-channels", "/v1/platform/notification-channels/{platform_channel_id}"

	huma.Register(api, get(tagOperators, operators(), "list-platform-alerts", "/v1/platform/alerts", text{
		"List alerts", "The platform's problems, those that are over among them, newest first. A worker looks every minute, and makes an alert of each problem that get-platform-health tells. " +
			"Operators are told of an alert once two looks in turn have found its problem, and once more when two looks have not found it, a quarter of an hour later at the earliest. Alerts that are over are kept as long as deployments that have ended.",
	}), s.listPlatformAlerts)
	huma.Register(api, get(tagOperators, operators(), "list-platform-channels", all, text{
		"List the operators' channels", "Where operators are told of alerts, newest first.",
	}), s.listPlatformChannels)
	huma.Register(api, also(create(tagOperators, operators(), "create-platform-channel", all, text{
		"Add an operators' channel", "It is told of each alert, and that it is over. Kinds, addresses and the key of a webhook are as create-notification-channel has them; an e-mail address is not asked whether it wants messages. A name that another channel of operators has is a conflict.",
	}), http.StatusConflict), s.createPlatformChannel)
	huma.Register(api, remove(tagOperators, operators(), "delete-platform-channel", one, text{
		"Remove an operators' channel", "Messages that wait to be delivered are dropped.",
	}), s.deletePlatformChannel)
	huma.Register(api, operation(tagOperators, operators(), http.MethodPost, http.StatusAccepted, "test-platform-channel", one+"/test", text{
		"Send a test message to operators", "The message is sent once and not tried again; list-platform-deliveries tells how it went.",
	}), s.testPlatformChannel)
	huma.Register(api, get(tagOperators, operators(), "list-platform-deliveries", one+"/deliveries", text{
		"List what an operators' channel was told", "The messages to a channel, newest first, with how each was delivered.",
	}), s.listPlatformDeliveries)
}
