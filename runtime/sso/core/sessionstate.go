package core

import (
	"encoding/json"
	"time"

	"gatehouse/runtime/sso"
)

// maxStateChanges is how many openings and renewals a session remembers.
const maxStateChanges = 100

// stateKey is where a session keeps them, in the column opaque1.
const stateKey = "session_state_change_list"

// stateChanges reads the column opaque1 of a session. Zato encoded it twice;
// what cannot be read counts as nothing.
func stateChanges(opaque string) []sso.SessionStateChange {
	var state map[string][]sso.SessionStateChange
	if err := json.Unmarshal([]byte(opaque), &state); err == nil {
		return state[stateKey]
	}
	var inner string
	if err := json.Unmarshal([]byte(opaque), &inner); err != nil {
		return nil
	}
	if err := json.Unmarshal([]byte(inner), &state); err != nil {
		return nil
	}
	return state[stateKey]
}

// stateText adds a change to those that a session has and returns the column.
func stateText(changes []sso.SessionStateChange, call sso.Call, now time.Time, source string) string {
	index := 1
	if len(changes) > 0 {
		index = changes[len(changes)-1].Index + 1
	}
	changes = append(changes, sso.SessionStateChange{
		RemoteAddr: tidy(joinAddresses(call.RemoteAddr)), UserAgent: tidy(call.UserAgent),
		Timestamp: sso.FormatTime(now), Source: source, Index: index,
	})
	changes = changes[max(0, len(changes)-maxStateChanges):]
	return jsonText(map[string][]sso.SessionStateChange{stateKey: changes})
}
