package examples

import (
	// stdlib
	"time"

	// Gatehouse
	"gatehouse/runtime/service"
)

type UpdateUserByID struct{ service.Service }

func (self *UpdateUserByID) Handle() error {

	// Request metadata
	currentUST := self.Request.Get("current_ust", "gAAAAABamSuDF8-TOEjl43GxoMSS86RD_cquqEr...")
	currentApp := "CRM"
	remoteAddr := "127.0.0.1"

	// User to change
	userID := self.Request.Get("user_id", "zusr4q51jwtsdh9s298315h4at6t1n")

	// New data to update the user with
	data := service.Dict{
		"display_name":    "My Display Name",
		"is_locked":       false,
		"password_expiry": time.Now().UTC().Add(90 * 24 * time.Hour),
	}

	return self.SSO.User.UpdateUserByID(
		self.CID, userID, data, currentUST, currentApp, remoteAddr)
}
