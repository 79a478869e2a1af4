"""Detection rules that others wrote for audit events: what they say, what they need, what a policy lets them see.

`languages/` reads Falco, Sigma and Elastic into one model: conditions over the fields of an event (`condition`). Every
act that a condition can be about is then played through a policy (`acts`, `events`, `judging`): a request with all that
a policy cannot know, such as the objects that it carries.
"""
