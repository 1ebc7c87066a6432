// Package examples holds the samples of Zato's SSO, ported line for line.
package examples

import (
	// Gatehouse
	"gatehouse/runtime/service"
)

type UpdateCurrentUser struct{ service.Service }

func (self *UpdateCurrentUser) Handle() error {

	// Request metadata
	currentUST := self.Request.Get("current_ust", "gAAAAABamSuDF8-TOEjl43GxoMSS86RD_cquqEr...")
	currentApp := "CRM"
	remoteAddr := "127.0.0.1"

	// New data to update the user with
	data := service.Dict{
		"display_name": "New Display Name",
		"email":        "myuser@example.com",
	}

	return self.SSO.User.UpdateCurrentUser(
		self.CID, data, currentUST, currentApp, remoteAddr)
}
