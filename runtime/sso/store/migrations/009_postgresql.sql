-- What is looked for in the audit and is rare in it: refusals, and what is not
-- done all day. Entries of other calls are in neither index and pay nothing.
CREATE INDEX gatehouse_audit_refused ON gatehouse_audit (result, id) WHERE result <> 'ok';
CREATE INDEX gatehouse_audit_seldom ON gatehouse_audit (op, id) WHERE op NOT IN ('user.login', 'user.logout', 'user.get_current_user', 'user.get_user_by_id', 'user.get_user_by_username', 'user.get_user_by_linked_auth', 'user.update_current_user', 'user.search', 'session.get', 'session.verify', 'session.renew', 'session.get_list', 'session.external_auth', 'attr.create', 'attr.set', 'attr.update', 'attr.delete', 'attr.get');
