print("hyperkit")
