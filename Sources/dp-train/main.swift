Root.start()
