"""What native code that has taken over a child tries: each public function of these modules is one attack.

It gets an `Aim` and returns its loot, true where it got what it wanted; whatever it leaves in `aim.folder` is loot too.
"""
